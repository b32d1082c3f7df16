// For tests: nodes whose messages lie on a table until the test delivers them, and whose clock the test moves.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, NodeReport, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';
import type { PaxosOptions } from '../options.js';
import type { MultiPaxos } from '../paxos.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: PaxosOptions = {
  reads: 'confirm',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  window: 256,
  'max-batch': 512,
  'checkpoint-every': 500,
  'checkpoint-chunk': 256,
  'max-sessions': 2000,
  bug: 'none',
};

interface Disk {
  snapshot: unknown;
  records: unknown[];
}

interface Timer {
  readonly node: string;
  readonly name: string;
  readonly due: number;
}

export class Table {
  readonly names: readonly string[];
  readonly laws = new Laws();
  /** Sent and not yet delivered, oldest first. */
  messages: Message[] = [];
  /** Everything that nodes ever sent to nodes. */
  readonly sent: Message[] = [];
  readonly disks = new Map<string, Disk>();
  readonly reports: { node: string; state: NodeReport }[] = [];
  /** Messages from and to these are lost, and those on these links (`from>to`). */
  readonly cut = new Set<string>();
  /** How fast a node's clock runs, where it does not run like the table's. */
  readonly rates = new Map<string, number>();
  /** Milliseconds on the table's clock. */
  now = 0;
  readonly #seed: number;
  readonly #options: PaxosOptions;
  readonly #servers = new Map<string, Server>();
  #timers: Timer[] = [];
  readonly #answers = new Map<string, Body>();
  #clients = 0;
  #starts = 0;

  constructor(count: number, options: Partial<PaxosOptions> = {}, seed = 1) {
    this.names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    this.#options = { ...DEFAULTS, ...options };
    this.#seed = seed;
    for (const name of this.names) {
      this.disks.set(name, { snapshot: null, records: [] });
      this.start(name);
    }
  }

  /** A new incarnation from the log. */
  start(name: string): void {
    const server = new Server(this.#environment(name), this.#options);
    this.#servers.set(name, server);
    server.start();
    this.laws.observe(server.paxos);
  }

  kill(...names: string[]): void {
    for (const name of names) {
      this.#servers.delete(name);
      this.#timers = this.#timers.filter(({ node }) => node !== name);
    }
  }

  runs(name: string): boolean {
    return this.#servers.has(name);
  }

  paxos(name: string): MultiPaxos {
    return this.#servers.get(name)!.paxos;
  }

  /** A fresh client (or `client`) asks a node; the function returned says what it was answered, null while it was not. */
  ask(node: string, body: Body, client = `c${this.#clients++}`): () => Body | null {
    this.#answers.delete(client);
    this.give({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.#answers.get(client) ?? null;
  }

  /** Asks and lets time pass until there is an answer, for a second at most. */
  answer(node: string, body: Body, client?: string): Body | null {
    const answer = this.ask(node, body, client);
    for (let i = 0; i < 100 && answer() === null; i++) this.run(10);
    return answer();
  }

  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void {
    const server = this.#servers.get(message.dest);
    if (server === undefined) return;
    server.receive(message);
    this.laws.observe(server.paxos);
  }

  /** A timer of a node fires now, whether or not it is set. */
  fire(node: string, timer: string): void {
    this.#timers = this.#timers.filter((other) => other.node !== node || other.name !== timer);
    const server = this.#servers.get(node);
    if (server === undefined) return;
    server.timeout(timer);
    this.laws.observe(server.paxos);
  }

  /** Delivers what lies on the table and matches, and what that causes, until nothing matches; the rest stays. */
  deliver(matches: (message: Message) => boolean = () => true): void {
    for (;;) {
      const index = this.messages.findIndex(matches);
      if (index < 0) return;
      const [message] = this.messages.splice(index, 1);
      if (!this.isCut(message!)) this.give(message!);
    }
  }

  isCut({ src, dest }: Message): boolean {
    return this.cut.has(src) || this.cut.has(dest) || this.cut.has(`${src}>${dest}`);
  }

  /** Loses what lies on the table and matches. */
  lose(matches: (message: Message) => boolean = () => true): void {
    this.messages = this.messages.filter((message) => !matches(message));
  }

  /** Moves the clock and fires what becomes due, in order; delivers nothing. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#next(end);
      if (next === null) break;
      this.now = Math.max(this.now, next.due);
      this.fire(next.node, next.name);
    }
    this.now = end;
  }

  /** Lets time pass in which every message arrives at once. */
  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      this.deliver();
      const next = this.#next(end);
      if (next === null) break;
      this.now = Math.max(this.now, next.due);
      this.fire(next.node, next.name);
    }
    this.now = end;
  }

  /** Lets time pass until exactly one reachable node leads and the other reachable ones follow it. */
  leader(): string {
    const reachable = this.names.filter((name) => this.runs(name) && !this.cut.has(name));
    for (let i = 0; i < 1000; i++) {
      this.run(10);
      const [leader, rival] = reachable.filter((name) => this.paxos(name).leads);
      if (leader === undefined || rival !== undefined) continue;
      if (reachable.every((name) => this.paxos(name).leader === leader)) return leader;
    }
    throw new Error('no leader within ten seconds');
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) if (timer.due <= end && (next === null || timer.due < next.due)) next = timer;
    return next;
  }

  #environment(id: string): Environment {
    const disk = this.disks.get(id)!;
    const rate = () => this.rates.get(id) ?? 1;
    const send = (dest: string, body: Body) => {
      deepFreeze(body);
      const message = { src: id, dest, body };
      if (!this.names.includes(dest)) {
        this.#answers.set(dest, body);
        return;
      }
      this.sent.push(message);
      this.messages.push(message);
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
      setTimer: (name, delay) => {
        this.#timers = this.#timers.filter((timer) => timer.node !== id || timer.name !== name);
        this.#timers.push({ node: id, name, due: this.now + delay / rate() });
      },
      cancelTimer: (name) => {
        this.#timers = this.#timers.filter((timer) => timer.node !== id || timer.name !== name);
      },
      now: () => this.now,
      elapsed: () => this.now * rate(),
      print: () => {},
      report: (state) => void this.reports.push({ node: id, state }),
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}
