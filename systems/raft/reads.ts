// Linearizable reads that write nothing: a majority confirms that the leader still leads, or a lease stands for it.
import type { AskIndex, ReadIndex } from './messages.js';
import { leaseLength } from './options.js';
import type { Raft } from './raft.js';

interface Waiting {
  /** What must be applied before the answer. */
  index: number;
  /** A message with a later stamp must reach a majority first. */
  after: number;
  token: unknown;
  /** The follower that asked, with its number for the question; null: a read of this node. */
  asker: string | null;
  id: number;
}

interface Asked {
  token: unknown;
  at: number;
}

/**
 * Paper 8, thesis 6.4. The leader notes its commit index, makes sure that it was still leader after the read began, and
 * answers when it has applied that far. A follower asks the leader for that index and answers from its own state.
 */
export class Reads {
  readonly #raft: Raft;
  readonly #lease: number;
  /** Oldest first; `after` never falls. */
  #confirming: Waiting[] = [];
  #applying: Waiting[] = [];
  /** Questions to the leader, by number. */
  readonly #asked = new Map<number, Asked>();
  #questions = 0;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#lease = raft.options.reads === 'lease' ? leaseLength(raft.options) : 0;
  }

  /** A message with a stamp later than this is needed; -1: no read waits for one. */
  get newest(): number {
    return this.#confirming.at(-1)?.after ?? -1;
  }

  read(token: unknown): void {
    const { env, leader, leads, machine, voters } = this.#raft;
    if (leads) this.#begin(token, null, 0);
    // Who is no member may never hear of what is committed from now on.
    else if (leader === null || !voters.votes) machine.unreadable(token);
    else {
      const id = this.#questions++;
      this.#asked.set(id, { token, at: env.elapsed() });
      const ask: AskIndex = { type: 'ask-index', id };
      env.send(leader, ask);
    }
  }

  onAskIndex(from: string, { id }: AskIndex): void {
    const { leads, voters } = this.#raft;
    if (leads && voters.tracks(voters.position(from))) this.#begin(undefined, from, id);
    else this.#answer(from, id, -1);
  }

  onReadIndex({ term, id, index }: ReadIndex): void {
    const raft = this.#raft;
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    if (index < 0) {
      raft.machine.unreadable(asked.token);
      return;
    }
    raft.follower.learn(term, index);
    this.#whenApplied({ index, after: 0, token: asked.token, asker: null, id });
  }

  /** A majority has answered something: lets go the reads that it confirms. */
  confirm(): void {
    const waiting = this.#confirming;
    if (waiting.length === 0) return;
    const { confirmed } = this.#raft.replication;
    let count = 0;
    while (count < waiting.length && waiting[count]!.after < confirmed) count++;
    if (count === 0) return;
    this.#confirming = waiting.slice(count);
    for (let i = 0; i < count; i++) this.#whenApplied(waiting[i]!);
  }

  /** More entries have been applied. */
  applied(): void {
    if (this.#applying.length === 0) return;
    const waiting = this.#applying;
    this.#applying = [];
    for (const read of waiting) this.#whenApplied(read);
  }

  /** This node no longer leads. */
  deposed(): void {
    const waiting = this.#confirming;
    this.#confirming = [];
    for (const { asker, id, token } of waiting) {
      if (asker === null) this.#raft.machine.unreadable(token);
      else this.#answer(asker, id, -1);
    }
  }

  /** Whoever was asked leads no more, as far as this node knows. */
  leaderChanged(): void {
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  /** Gives up questions that have had no answer for an election timeout. */
  expire(): void {
    this.#giveUp(this.#raft.env.elapsed() - this.#raft.options['election-timeout']);
  }

  #begin(token: unknown, asker: string | null, id: number): void {
    const { env, commit, replication } = this.#raft;
    const read = { index: Math.max(commit, replication.floor), after: replication.stamp, token, asker, id };
    if (this.#lease > 0 && env.elapsed() < replication.confirmed + this.#lease) {
      this.#whenApplied(read);
      return;
    }
    this.#confirming.push(read);
    replication.kick();
    this.confirm();
  }

  #whenApplied(read: Waiting): void {
    const raft = this.#raft;
    if (raft.applied < read.index) this.#applying.push(read);
    else if (read.asker === null) raft.machine.readable(read.token);
    else this.#answer(read.asker, read.id, read.index);
  }

  #answer(to: string, id: number, index: number): void {
    const { env, term } = this.#raft;
    const answer: ReadIndex = { type: 'read-index', term, id, index };
    env.send(to, answer);
  }

  #giveUp(before: number): void {
    for (const [id, { token, at }] of this.#asked) {
      if (at >= before) break;
      this.#asked.delete(id);
      this.#raft.machine.unreadable(token);
    }
  }
}
