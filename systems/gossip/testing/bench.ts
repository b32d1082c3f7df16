// For tests: nodes in virtual time, on a network and on disks that do what the test says.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, NodeReport, Protocol, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';

interface Disk {
  snapshot: unknown;
  records: unknown[];
}

interface Due {
  at: number;
  act: () => void;
}

export interface BenchOptions {
  nodes: number;
  /** Nodes beyond those, which are no first members. */
  spares?: number;
  seed?: number;
  make: (env: Environment) => Protocol;
}

/** Milliseconds that a message takes, at least, and what is added at random. */
const LATENCY = 1;
const JITTER = 2;

function frozen<T>(value: T): T {
  deepFreeze(value);
  return value;
}

export class Bench {
  readonly first: readonly string[];
  readonly all: readonly string[];
  now = 0;
  /** Everything that was ever sent, lost or not. */
  readonly sent: Message[] = [];
  /** The latest report of each node. */
  readonly reports = new Map<string, NodeReport>();
  readonly disks = new Map<string, Disk>();
  /** Milliseconds by which a node's wall clock is ahead. */
  readonly skew = new Map<string, number>();
  /** False: the message is lost. */
  passes: (message: Message) => boolean = () => true;
  /** Fractions of all messages. */
  loss = 0;
  duplicates = 0;
  delay = JITTER;
  readonly #make: (env: Environment) => Protocol;
  readonly #seed: number;
  readonly #random;
  readonly #due: Due[] = [];
  readonly #nodes = new Map<string, Protocol>();
  /** By node: lives so far, so that timers of an earlier one do not fire. */
  readonly #lives = new Map<string, number>();
  readonly #timers = new Map<string, Due>();
  readonly #answers = new Map<string, Body[]>();
  #requests = 0;

  constructor({ nodes, spares = 0, seed = 1, make }: BenchOptions) {
    this.all = Array.from({ length: nodes + spares }, (_, index) => `n${index + 1}`);
    this.first = this.all.slice(0, nodes);
    this.#make = make;
    this.#seed = seed;
    this.#random = createRandom(seed, 'bench');
    for (const name of this.all) {
      this.disks.set(name, { snapshot: null, records: [] });
      this.start(name);
    }
  }

  isUp(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** A new life from the disk. */
  start(name: string): void {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    const node = this.#make(this.#environment(name, life));
    this.#nodes.set(name, node);
    node.start();
  }

  kill(name: string): void {
    this.#nodes.delete(name);
    this.#lives.set(name, this.#lives.get(name)! + 1);
  }

  /** Lets this many milliseconds go by. */
  run(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      let next = -1;
      for (let i = 0; i < this.#due.length; i++) if (next < 0 || this.#due[i]!.at < this.#due[next]!.at) next = i;
      const due = this.#due[next];
      if (due === undefined || due.at > end) break;
      this.#due.splice(next, 1);
      this.now = due.at;
      due.act();
    }
    this.now = end;
  }

  /** A client (a fresh one unless named) asks a node; the function says what it was answered first, null: nothing yet. */
  ask(node: string, body: Body, client = `c${this.#requests++}`): () => Body | null {
    this.give({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.answersTo(client)[0] ?? null;
  }

  answersTo(client: string): readonly Body[] {
    return this.#answers.get(client) ?? [];
  }

  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void {
    this.#nodes.get(message.dest)?.receive(frozen(message));
  }

  /** Only nodes of one group hear each other. */
  partition(...groups: readonly (readonly string[])[]): void {
    this.passes = ({ src, dest }) => groups.some((group) => group.includes(src) && group.includes(dest));
  }

  heal(): void {
    this.passes = () => true;
  }

  #send(message: Message): void {
    deepFreeze(message.body);
    this.sent.push(message);
    if (!this.all.includes(message.dest)) {
      this.#answers.set(message.dest, [...this.answersTo(message.dest), message.body]);
      return;
    }
    if (!this.passes(message) || this.#random.chance(this.loss)) return;
    const copies = this.#random.chance(this.duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const at = this.now + LATENCY + this.#random.float() * this.delay;
      this.#due.push({ at, act: () => this.give(message) });
    }
  }

  #environment(id: string, life: number): Environment {
    const disk = this.disks.get(id)!;
    const cancel = (name: string) => {
      const due = this.#timers.get(`${id} ${name}`);
      const at = due === undefined ? -1 : this.#due.indexOf(due);
      if (at >= 0) this.#due.splice(at, 1);
    };
    const send = (dest: string, body: Body) => this.#send({ src: id, dest, body });
    return {
      id,
      nodes: this.first,
      random: createRandom(this.#seed, id, life),
      log: {
        append: (record) => void disk.records.push(frozen(record)),
        replace: (snapshot, tail) => {
          disk.snapshot = frozen(snapshot);
          disk.records = [...tail];
        },
        // Through JSON, as a file would.
        recover: () => JSON.parse(JSON.stringify(disk)) as Recovered,
      },
      send,
      reply: ({ src, body: { msg_id } }, body) => {
        if (msg_id !== undefined) body.in_reply_to = msg_id;
        send(src, body);
      },
      setTimer: (name, delay) => {
        cancel(name);
        const act = () => {
          if (this.#lives.get(id) === life) this.#nodes.get(id)?.timeout(name);
        };
        const due = { at: this.now + delay, act };
        this.#timers.set(`${id} ${name}`, due);
        this.#due.push(due);
      },
      cancelTimer: cancel,
      now: () => this.now + (this.skew.get(id) ?? 0),
      elapsed: () => this.now,
      print: () => {},
      report: (state) => void this.reports.set(id, state),
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}
