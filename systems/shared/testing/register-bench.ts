// For tests: nodes of a register store whose messages lie on a table until the test delivers them, one by one and in any order.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, Protocol, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';

interface Disk {
  snapshot: unknown;
  records: unknown[];
}

export class RegisterBench {
  readonly names: readonly string[];
  /** Sent to nodes and not yet delivered, oldest first. */
  table: Message[] = [];
  /** Everything that was ever sent. */
  readonly sent: Message[] = [];
  readonly disks = new Map<string, Disk>();
  /** Names of the timers that are set, by node. */
  readonly timers = new Map<string, Set<string>>();
  readonly #make: (env: Environment) => Protocol;
  readonly #seed: number;
  readonly #nodes = new Map<string, Protocol>();
  /** All answers to each client. */
  readonly #answers = new Map<string, Body[]>();
  #clients = 0;
  #starts = 0;

  constructor(count: number, make: (env: Environment) => Protocol, seed = 1) {
    this.names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    this.#make = make;
    this.#seed = seed;
    for (const name of this.names) {
      this.disks.set(name, { snapshot: null, records: [] });
      this.start(name);
    }
  }

  runs(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** A new incarnation from the log. */
  start(name: string): void {
    this.timers.set(name, new Set());
    const node = this.#make(this.#environment(name));
    this.#nodes.set(name, node);
    node.start();
  }

  kill(name: string): void {
    this.#nodes.delete(name);
    this.timers.set(name, new Set());
  }

  restart(name: string): void {
    this.kill(name);
    this.start(name);
  }

  /** Timers of a node whose names begin like this fire, once each. */
  fire(name: string, timer: string): void {
    for (const set of [...this.timers.get(name)!].filter((other) => other.startsWith(timer))) {
      this.timers.get(name)!.delete(set);
      this.#nodes.get(name)?.timeout(set);
    }
  }

  /** A fresh client asks a node; the function returned says what it was answered, null while it was not. */
  ask(node: string, body: Body): () => Body | null {
    const client = `c${this.#clients++}`;
    this.give({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.answers(client)[0] ?? null;
  }

  answers(client: string): readonly Body[] {
    return this.#answers.get(client) ?? [];
  }

  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void {
    this.#nodes.get(message.dest)?.receive(message);
  }

  /** Delivers what lies on the table and matches, and what that causes, until nothing matches; the rest stays. */
  deliver(matches: (message: Message) => boolean = () => true): void {
    for (;;) {
      const index = this.table.findIndex(matches);
      if (index < 0) return;
      const [message] = this.table.splice(index, 1);
      this.give(message!);
    }
  }

  /** What lies on the table is lost. */
  lose(matches: (message: Message) => boolean = () => true): void {
    this.table = this.table.filter((message) => !matches(message));
  }

  #environment(id: string): Environment {
    const disk = this.disks.get(id)!;
    const timers = this.timers.get(id)!;
    const send = (dest: string, body: Body) => {
      deepFreeze(body);
      const message = { src: id, dest, body };
      this.sent.push(message);
      if (this.names.includes(dest)) this.table.push(message);
      else this.#answers.set(dest, [...this.answers(dest), body]);
    };
    return {
      id,
      nodes: this.names,
      random: createRandom(this.#seed, id, this.#starts++),
      log: {
        append: (record) => void disk.records.push(record),
        replace: (snapshot, tail) => {
          disk.snapshot = snapshot;
          disk.records = [...tail];
        },
        // Through JSON, as a file would.
        recover: () => JSON.parse(JSON.stringify(disk)) as Recovered,
      },
      send,
      reply: ({ src, body: { msg_id } }, body) =>
        send(src, msg_id === undefined ? body : { ...body, in_reply_to: msg_id }),
      setTimer: (name) => void timers.add(name),
      cancelTimer: (name) => void timers.delete(name),
      now: () => 0,
      elapsed: () => 0,
      print: () => {},
      report: () => {},
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}

export const read = (key: unknown = 'x') => ({ type: 'read', key });
export const write = (value: unknown, key: unknown = 'x') => ({ type: 'write', key, value });
export const cas = (from: unknown, to: unknown, key: unknown = 'x') => ({ type: 'cas', key, from, to });

/** Messages among these nodes. */
export const among =
  (...nodes: string[]) =>
  ({ src, dest }: Message) =>
    nodes.includes(src) && nodes.includes(dest);

/** Messages of these types. */
export const only =
  (...types: string[]) =>
  ({ body }: Message) =>
    types.includes(body.type);
