// The learner: applies chosen slots in order, fetches those that it missed, and keeps the log short by checkpoints.
import { type Ballot, compareBallots } from '../shared/ballot.js';
import type { Checkpoint } from './acceptor.js';
import type { Chosen, Fetch, Part, Pvalue } from './messages.js';
import type { MultiPaxos } from './paxos.js';

interface Incoming {
  readonly index: number;
  readonly items: unknown[];
}

interface Fetching {
  target: number;
  readonly source: string;
  readonly at: number;
}

/** A node that lags pulls: it asks whoever told it that more is chosen, and asks again as long as it is told so. */
export class Learner {
  readonly #paxos: MultiPaxos;
  /** All slots up to here are chosen and applied. */
  chosen = 0;
  #fetching: Fetching | null = null;
  #incoming: Incoming | null = null;
  /** Checkpoints that others are fetching, by node: a transfer keeps its own, however many newer ones are taken meanwhile. */
  readonly #lent = new Map<string, Checkpoint>();

  constructor(paxos: MultiPaxos) {
    this.#paxos = paxos;
  }

  recover(): void {
    const { acceptor, machine } = this.#paxos;
    if (acceptor.checkpoint === null) return;
    machine.restore(acceptor.checkpoint.items);
    this.chosen = acceptor.checkpoint.index;
  }

  /** The next slot is chosen with the value that is accepted here. `advanced` must follow. */
  advance(): void {
    const value = this.#paxos.acceptor.at(this.chosen + 1)!;
    this.chosen++;
    this.#paxos.proposals.apply(value.slot, value.command);
  }

  /** More slots have been applied. */
  advanced(): void {
    const { acceptor, machine, options, reads, election } = this.#paxos;
    const every = options['checkpoint-every'];
    if (this.chosen - (acceptor.checkpoint?.index ?? 0) >= every) {
      acceptor.compact({ index: this.chosen, items: machine.snapshot() }, every >> 2);
    }
    reads.applied();
    election.proceed();
  }

  /**
   * `source`, which leads with `ballot`, says that all slots up to `index` are chosen. A value that was accepted here in that
   * very ballot is the one: the leader proposed it, for a slot that it did not know to be chosen before it led, and a leader
   * learns from its own ballot alone. Of values of other ballots nothing is known.
   */
  upTo(ballot: Ballot, index: number, source: string): void {
    const { acceptor } = this.#paxos;
    const before = this.chosen;
    while (this.chosen < index) {
      const value = acceptor.at(this.chosen + 1);
      if (value === undefined || compareBallots(value.ballot, ballot) !== 0) break;
      this.advance();
    }
    if (this.chosen > before) this.advanced();
    if (this.chosen < index) this.fetch(index, source);
  }

  /** Stores and applies values of consecutive chosen slots, as far as they are news. Not for a leader (see `upTo`). */
  learn(values: readonly Pvalue[]): void {
    const before = this.chosen;
    for (const value of values) {
      if (value.slot !== this.chosen + 1) continue;
      this.#paxos.acceptor.learn(value);
      this.advance();
    }
    if (this.chosen > before) this.advanced();
  }

  /** Asks `source` for what is chosen up to `target`, unless it was asked a moment ago. */
  fetch(target: number, source: string): void {
    const { env, options } = this.#paxos;
    if (target <= this.chosen) return;
    const last = this.#fetching;
    if (last !== null && last.source === source && env.elapsed() - last.at < options.heartbeat) last.target = target;
    else this.#ask(target, source);
  }

  onFetch(src: string, { from, checkpoint, offset }: Fetch): void {
    const { acceptor, env, options } = this.#paxos;
    if (from > this.chosen) return;
    if (from <= acceptor.base) {
      this.#sendPart(src, checkpoint, offset);
      return;
    }
    this.#lent.delete(src);
    const values = acceptor.between(from, Math.min(this.chosen, from + options['max-batch'] - 1));
    const answer: Chosen = { type: 'chosen', values };
    env.send(src, answer);
  }

  onChosen(src: string, { values }: Chosen): void {
    if (this.#paxos.leads) return;
    this.learn(values);
    this.#goOn(src);
  }

  onPart(src: string, { index, offset, items, last }: Part): void {
    if (this.#paxos.leads) return;
    if (index > this.chosen) {
      const incoming = this.#incoming?.index === index ? this.#incoming : { index, items: [] };
      // A part that came twice, or out of its turn.
      if (offset !== incoming.items.length) return;
      for (const item of items) incoming.items.push(item);
      this.#incoming = incoming;
      if (last) this.#install(incoming);
    }
    this.#goOn(src);
  }

  #install(checkpoint: Checkpoint): void {
    const paxos = this.#paxos;
    this.#incoming = null;
    paxos.acceptor.install(checkpoint);
    paxos.machine.restore(checkpoint.items);
    this.chosen = checkpoint.index;
    paxos.proposals.skip(checkpoint.index);
    this.advanced();
  }

  /** An answer came: asks for the rest. */
  #goOn(source: string): void {
    const fetching = this.#fetching;
    if (fetching === null || fetching.source !== source) return;
    this.#fetching = null;
    if (this.chosen < fetching.target) this.#ask(fetching.target, source);
  }

  #ask(target: number, source: string): void {
    const { env } = this.#paxos;
    this.#fetching = { target, source, at: env.elapsed() };
    const { index = 0, items = [] } = this.#incoming ?? {};
    const fetch: Fetch = { type: 'fetch', from: this.chosen + 1, checkpoint: index, offset: items.length };
    env.send(source, fetch);
  }

  #sendPart(to: string, index: number, offset: number): void {
    const { acceptor, env, options } = this.#paxos;
    const lent = this.#lent.get(to);
    const goesOn = lent?.index === index && offset <= lent.items.length;
    const checkpoint = goesOn ? lent : acceptor.checkpoint!;
    const start = checkpoint.index === index && offset <= checkpoint.items.length ? offset : 0;
    this.#lent.set(to, checkpoint);
    const end = start + options['checkpoint-chunk'];
    const part: Part = {
      type: 'checkpoint',
      index: checkpoint.index,
      offset: start,
      items: checkpoint.items.slice(start, end),
      last: end >= checkpoint.items.length,
    };
    env.send(to, part);
  }
}
