// For tests: a cluster whose messages lie on a table until a test delivers, drops or repeats them, and whose timers it fires.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, NodeReport, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';
import { DynamoNode } from '../node.js';
import type { DynamoOptions } from '../options.js';

export const DEFAULTS: DynamoOptions = {
  n: 3,
  r: 2,
  w: 2,
  quorum: 'strict',
  hints: true,
  'read-repair': true,
  'anti-entropy': 'push-pull',
  interval: 1000,
  versions: 'vector-clock',
  siblings: 'last-writer',
  'virtual-nodes': 16,
  cluster: 'dynamo',
  resend: 100,
  'give-up': 1000,
  handoff: 300,
  'compact-after': 1000,
  bug: 'none',
};

interface Disk {
  snapshot: unknown;
  records: unknown[];
}

export type Matches = (message: Message) => boolean;

export class Bench {
  /** The first members, and those who stand by. */
  readonly names: readonly string[];
  readonly all: readonly string[];
  /** Sent and not yet delivered, oldest first. */
  table: Message[] = [];
  readonly sent: Message[] = [];
  readonly disks = new Map<string, Disk>();
  readonly timers = new Map<string, Map<string, number>>();
  readonly reports = new Map<string, NodeReport>();
  /** What the node's wall clock shows, in milliseconds. */
  readonly clocks = new Map<string, number>();
  readonly #nodes = new Map<string, DynamoNode>();
  readonly #options: DynamoOptions;
  readonly #answers = new Map<string, Body>();
  #requests = 0;

  constructor(count: number, options: Partial<DynamoOptions> = {}, spares = 0) {
    this.all = Array.from({ length: count + spares }, (_, index) => `n${index + 1}`);
    this.names = this.all.slice(0, count);
    this.#options = { ...DEFAULTS, ...options };
    for (const name of this.all) {
      this.disks.set(name, { snapshot: null, records: [] });
      this.start(name);
    }
  }

  /** A new incarnation from the log. */
  start(name: string): void {
    this.timers.set(name, new Map());
    const node = new DynamoNode(this.#environment(name), this.#options);
    this.#nodes.set(name, node);
    node.start();
  }

  kill(name: string): void {
    this.#nodes.delete(name);
    this.timers.set(name, new Map());
  }

  isUp(name: string): boolean {
    return this.#nodes.has(name);
  }

  node(name: string): DynamoNode {
    return this.#nodes.get(name)!;
  }

  /** A timer of a node fires, if it is set. */
  fire(name: string, timer: string): void {
    if (this.timers.get(name)!.delete(timer)) this.#nodes.get(name)?.timeout(timer);
  }

  fireAll(timer: string): void {
    for (const name of this.all) this.fire(name, timer);
  }

  /** A fresh client asks a node; the function returned says what it was answered, null while it was not. */
  ask(node: string, body: Body): () => Body | null {
    const client = `c${this.#requests++}`;
    this.give({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.#answers.get(client) ?? null;
  }

  /** Asks, delivers everything, and returns the answer. */
  now(node: string, body: Body): Body | null {
    const answer = this.ask(node, body);
    this.deliver();
    return answer();
  }

  give(message: Message): void {
    const node = this.#nodes.get(message.dest);
    if (node === undefined) return;
    node.receive(message);
    this.fire(message.dest, 'flush');
  }

  /** Delivers what lies on the table and matches, and what that causes, until nothing matches; the rest stays. */
  deliver(matches: Matches = () => true): void {
    for (;;) {
      const index = this.table.findIndex(matches);
      if (index < 0) return;
      const [message] = this.table.splice(index, 1);
      this.give(message!);
    }
  }

  /** Delivers what matches and loses all else, so that nothing is under way afterwards. */
  deliverOnly(matches: Matches): void {
    this.deliver(matches);
    this.table = [];
  }

  /** Time passes with nothing in the way: hints are delivered, replicas compared, changes completed. */
  calm(rounds = 12): void {
    for (let round = 0; round < rounds; round++) {
      for (const timer of ['resend', 'handoff', 'change', 'gossip', 'flush']) {
        this.fireAll(timer);
        this.deliver();
      }
    }
  }

  /** The value that a node itself holds of a key, by sibling. */
  held(name: string, key: string): unknown[] {
    return this.node(name)
      .core.replica.get(key)
      .map((version) => version.value);
  }

  homes(key: string): readonly string[] {
    return this.node(this.names[0]!).core.homesOf(key);
  }

  #environment(id: string): Environment {
    const disk = this.disks.get(id)!;
    const send = (dest: string, body: Body) => {
      deepFreeze(body);
      const message = { src: id, dest, body };
      this.sent.push(message);
      if (this.all.includes(dest)) this.table.push(message);
      else if (!this.#answers.has(dest)) this.#answers.set(dest, body);
    };
    return {
      id,
      nodes: this.names,
      random: createRandom(1, id),
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
      setTimer: (name, delay) => void this.timers.get(id)!.set(name, delay),
      cancelTimer: (name) => void this.timers.get(id)!.delete(name),
      now: () => this.clocks.get(id) ?? 0,
      elapsed: () => 0,
      print: () => {},
      report: (state) => void this.reports.set(id, state),
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}
