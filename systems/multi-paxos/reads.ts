// Linearizable reads that write nothing: a majority confirms that it has promised nothing higher than the leader's ballot.
import type { AskIndex, ReadIndex } from './messages.js';
import type { MultiPaxos } from './paxos.js';

interface Waiting {
  /** What must be applied before the answer. */
  readonly index: number;
  /** A message with a later stamp must reach a majority first. */
  readonly after: number;
  readonly token: unknown;
  /** The node that asked, with its number for the question; null: a read of this node. */
  readonly asker: string | null;
  readonly id: number;
}

interface Asked {
  readonly token: unknown;
  readonly at: number;
}

/** Questions that one incarnation can number. Ids stay exact integers for two million starts. */
const IDS_PER_START = 2 ** 31;

/**
 * The leader notes what is chosen, makes sure that its ballot stood after the read began (then nothing can have been chosen
 * that it does not know of), and answers when it has applied that far. Another node asks the leader for that slot and answers
 * from its own state.
 */
export class Reads {
  readonly #paxos: MultiPaxos;
  /** Oldest first; `after` never falls. */
  #confirming: Waiting[] = [];
  #applying: Waiting[] = [];
  /** Questions to the leader, by number. */
  readonly #asked = new Map<number, Asked>();
  #nextId = 0;

  constructor(paxos: MultiPaxos) {
    this.#paxos = paxos;
  }

  /** An answer to a question of an earlier life must match none of this one. */
  recover(): void {
    this.#nextId = this.#paxos.acceptor.starts * IDS_PER_START;
  }

  /** A message with a stamp later than this is needed; -1: no read waits for one. */
  get newest(): number {
    return this.#confirming.at(-1)?.after ?? -1;
  }

  read(token: unknown): void {
    const { env, leader, leads, machine } = this.#paxos;
    if (leads) this.#begin(token, null, 0);
    else if (leader === null) machine.unreadable(token);
    else {
      const id = this.#nextId++;
      this.#asked.set(id, { token, at: env.elapsed() });
      const ask: AskIndex = { type: 'ask-index', id };
      env.send(leader, ask);
    }
  }

  onAskIndex(from: string, { id }: AskIndex): void {
    if (this.#paxos.leads) this.#begin(undefined, from, id);
    else this.#answer(from, id, -1);
  }

  onReadIndex(src: string, { id, ballot, index }: ReadIndex): void {
    const { learner, machine } = this.#paxos;
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    if (index < 0) {
      machine.unreadable(asked.token);
      return;
    }
    learner.upTo(ballot, index, src);
    this.#whenApplied({ index, after: 0, token: asked.token, asker: null, id });
  }

  /** A majority has answered something: lets go the reads that it confirms. */
  confirm(): void {
    const waiting = this.#confirming;
    if (waiting.length === 0) return;
    const { confirmed } = this.#paxos.proposer;
    let count = 0;
    while (count < waiting.length && waiting[count]!.after < confirmed) count++;
    if (count === 0) return;
    this.#confirming = waiting.slice(count);
    for (let i = 0; i < count; i++) this.#whenApplied(waiting[i]!);
  }

  /** More slots have been applied. */
  applied(): void {
    if (this.#applying.length === 0) return;
    const waiting = this.#applying;
    this.#applying = [];
    for (const read of waiting) this.#whenApplied(read);
  }

  /** This node no longer leads. */
  deposed(): void {
    const waiting = [...this.#confirming, ...this.#applying];
    this.#confirming = [];
    this.#applying = [];
    for (const { asker, id, token } of waiting) {
      if (asker === null) this.#paxos.machine.unreadable(token);
      else this.#answer(asker, id, -1);
    }
  }

  /** Whoever was asked leads no more, as far as this node knows. */
  leaderChanged(): void {
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  /** Gives up questions that have had no answer for an election timeout. */
  expire(): void {
    this.#giveUp(this.#paxos.env.elapsed() - this.#paxos.options['election-timeout']);
  }

  #begin(token: unknown, asker: string | null, id: number): void {
    const { learner, proposer } = this.#paxos;
    const index = Math.max(learner.chosen, proposer.floor);
    this.#confirming.push({ index, after: proposer.stamp, token, asker, id });
    proposer.kick();
    this.confirm();
  }

  #whenApplied(read: Waiting): void {
    const { learner, machine } = this.#paxos;
    if (learner.chosen < read.index) this.#applying.push(read);
    else if (read.asker === null) machine.readable(read.token);
    else this.#answer(read.asker, read.id, read.index);
  }

  #answer(to: string, id: number, index: number): void {
    const { env, ballot } = this.#paxos;
    const answer: ReadIndex = { type: 'read-index', id, ballot, index };
    env.send(to, answer);
  }

  #giveUp(before: number): void {
    for (const [id, { token, at }] of this.#asked) {
      if (at >= before) break;
      this.#asked.delete(id);
      this.#paxos.machine.unreadable(token);
    }
  }
}
