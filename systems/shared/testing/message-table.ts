// For tests: nodes whose messages lie on a table until the test delivers them, in any order, and whose clock the test moves.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, NodeReport, Protocol } from '../../../framework/contracts/protocol.js';
import type { Random } from '../../../framework/contracts/random.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';
import { MemoryLog } from './memory-log.js';

export type Matches = (message: Message) => boolean;

export interface TableOptions<N extends Protocol> {
  nodes: number;
  /** Nodes beyond those, which are no first members. */
  spares?: number;
  seed?: number;
  make: (env: Environment) => N;
  /** Sees a node after each of its steps. */
  observe?: (node: N) => void;
}

/** Something that is due at an instant of the table's clock, perhaps a timer of a node. */
interface Due {
  readonly at: number;
  readonly act: () => void;
  readonly node: string | null;
  readonly timer: string;
}

export class MessageTable<N extends Protocol = Protocol> {
  /** The first members. */
  readonly names: readonly string[];
  /** Those, and the spares. */
  readonly all: readonly string[];
  /** Sent to nodes and not yet delivered, oldest first. */
  messages: Message[] = [];
  /** Everything that nodes ever sent, lost or not. */
  readonly sent: Message[] = [];
  readonly reports: { readonly node: string; readonly state: NodeReport }[] = [];
  readonly disks = new Map<string, MemoryLog>();
  /** Milliseconds by which a node's wall clock is ahead, and how fast its clocks run, where they are not the table's. */
  readonly skew = new Map<string, number>();
  readonly rates = new Map<string, number>();
  /** False: the message is lost when it is delivered. */
  passes: Matches = () => true;
  /** Milliseconds on the table's clock. */
  now = 0;
  readonly #options: TableOptions<N>;
  readonly #nodes = new Map<string, N>();
  readonly #answers = new Map<string, Body[]>();
  #agenda: Due[] = [];
  #clients = 0;
  #starts = 0;

  constructor(options: TableOptions<N>) {
    const { nodes, spares = 0 } = options;
    this.#options = options;
    this.all = Array.from({ length: nodes + spares }, (_, index) => `n${index + 1}`);
    this.names = this.all.slice(0, nodes);
    for (const name of this.all) {
      this.disks.set(name, new MemoryLog());
      this.start(name);
    }
  }

  runs(name: string): boolean {
    return this.#nodes.has(name);
  }

  node(name: string): N {
    return this.#nodes.get(name)!;
  }

  others(...not: readonly string[]): string[] {
    return this.names.filter((name) => !not.includes(name));
  }

  /** A new incarnation from the log. */
  start(name: string): void {
    const node = this.#options.make(this.#environment(name));
    this.#nodes.set(name, node);
    node.start();
    this.#options.observe?.(node);
  }

  kill(...names: string[]): void {
    for (const name of names) this.#nodes.delete(name);
    this.#agenda = this.#agenda.filter(({ node }) => node === null || !names.includes(node));
  }

  restart(...names: string[]): void {
    this.kill(...names);
    for (const name of names) this.start(name);
  }

  /** Kills a node that runs, starts one that does not. */
  toggle(name: string): void {
    if (this.runs(name)) this.kill(name);
    else this.start(name);
  }

  /** The timers of a node that are set. */
  timers(name: string): string[] {
    return this.#agenda.filter(({ node }) => node === name).map(({ timer }) => timer);
  }

  /** Those timers of a node that are set and whose names begin like this fire now, once each. */
  fire(name: string, beginning: string): void {
    const due = this.#agenda.filter(({ node, timer }) => node === name && timer.startsWith(beginning));
    for (const one of due) this.#act(one);
  }

  /** A client (a fresh one unless named) asks a node; the function returned says what it was answered, null while it was not. */
  ask(node: string, body: Body, client = `c${this.#clients++}`): () => Body | null {
    const before = this.answers(client).length;
    this.give({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.answers(client)[before] ?? null;
  }

  /** All answers that a client was ever given. */
  answers(client: string): readonly Body[] {
    return this.#answers.get(client) ?? [];
  }

  /** Asks, delivers everything, and returns the answer. */
  answer(node: string, body: Body, client?: string): Body | null {
    const answer = this.ask(node, body, client);
    this.deliver();
    return answer();
  }

  /** The latest report of a node. */
  report(name: string): NodeReport | undefined {
    return this.reports.findLast(({ node }) => node === name)?.state;
  }

  /** Messages of a type that were sent so far. */
  count(type: string): number {
    return this.sent.filter(({ body }) => body.type === type).length;
  }

  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void {
    deepFreeze(message.body);
    this.#step(message.dest, (node) => node.receive(message));
  }

  /** Delivers what lies on the table and matches, and what that causes, until nothing matches; the rest stays. */
  deliver(matches: Matches = () => true): void {
    for (;;) {
      const index = this.messages.findIndex(matches);
      if (index < 0) return;
      const [message] = this.messages.splice(index, 1);
      if (this.passes(message!)) this.give(message!);
    }
  }

  /** Delivers one message, mostly one of the latest, so that some arrive when nobody expects them; some twice, some never. */
  deliverOne(random: Random, latest = 8): void {
    const { length } = this.messages;
    if (length === 0) return;
    const from = random.chance(0.7) ? Math.max(0, length - latest) : 0;
    const index = from + random.int(length - from);
    const message = this.messages[index]!;
    if (!this.passes(message)) return;
    const fate = random.float();
    if (fate > 0.1) this.messages.splice(index, 1);
    if (fate < 0.9) this.give(message);
  }

  /** What lies on the table and matches is lost. */
  lose(matches: Matches = () => true): void {
    this.messages = this.messages.filter((message) => !matches(message));
  }

  /** Moves the clock and fires what becomes due, in order; delivers nothing. */
  advance(ms: number): void {
    this.#pass(ms, () => {});
  }

  /** Lets time pass in which every message on the table arrives at once. */
  run(ms: number): void {
    this.#pass(ms, () => this.deliver());
  }

  /** Where a message to a node goes first. */
  protected post(message: Message): void {
    this.messages.push(message);
  }

  protected later(delay: number, act: () => void): void {
    this.#agenda.push({ at: this.now + delay, act, node: null, timer: '' });
  }

  #pass(ms: number, between: () => void): void {
    const end = this.now + ms;
    for (;;) {
      between();
      let next: Due | null = null;
      for (const due of this.#agenda) if (due.at <= end && (next === null || due.at < next.at)) next = due;
      if (next === null) break;
      this.now = Math.max(this.now, next.at);
      this.#act(next);
    }
    this.now = end;
  }

  #act(due: Due): void {
    const at = this.#agenda.indexOf(due);
    if (at >= 0) this.#agenda.splice(at, 1);
    due.act();
  }

  #step(name: string, act: (node: N) => void): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    act(node);
    this.#options.observe?.(node);
  }

  #send(src: string, dest: string, body: Body): void {
    deepFreeze(body);
    const message = { src, dest, body };
    this.sent.push(message);
    if (this.all.includes(dest)) this.post(message);
    else if (this.#answers.has(dest)) this.#answers.get(dest)!.push(body);
    else this.#answers.set(dest, [body]);
  }

  #environment(id: string): Environment {
    const rate = () => this.rates.get(id) ?? 1;
    const send = (dest: string, body: Body) => this.#send(id, dest, body);
    const cancelTimer = (name: string) => {
      const at = this.#agenda.findIndex(({ node, timer }) => node === id && timer === name);
      if (at >= 0) this.#agenda.splice(at, 1);
    };
    return {
      id,
      nodes: this.names,
      random: createRandom(this.#options.seed ?? 1, id, this.#starts++),
      log: this.disks.get(id)!,
      send,
      reply: ({ src, body: { msg_id } }, body) =>
        send(src, msg_id === undefined ? body : { ...body, in_reply_to: msg_id }),
      setTimer: (timer, delay) => {
        cancelTimer(timer);
        const act = () => this.#step(id, (node) => node.timeout(timer));
        this.#agenda.push({ at: this.now + delay / rate(), act, node: id, timer });
      },
      cancelTimer,
      now: () => this.now + (this.skew.get(id) ?? 0),
      elapsed: () => this.now * rate(),
      print: () => {},
      report: (state) => void this.reports.push({ node: id, state }),
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}

/** Messages among these nodes. */
export const among =
  (...nodes: string[]): Matches =>
  ({ src, dest }) =>
    nodes.includes(src) && nodes.includes(dest);

/** Messages of these types. */
export const only =
  (...types: string[]): Matches =>
  ({ body }) =>
    types.includes(body.type);

/** Messages that match all of these. */
export const both =
  (...filters: Matches[]): Matches =>
  (message) =>
    filters.every((filter) => filter(message));
