// Reads that write nothing: others confirm that the primary still is one, so that its state is the latest.
import type { AskIndex, ReadIndex } from './messages.js';
import type { PrimaryBackup } from './node.js';

interface Waiting {
  /** What must be applied before the answer. */
  index: number;
  /** A message with a later stamp must be answered by enough members first. */
  after: number;
  token: unknown;
  /** The backup that asked, with its number for the question; null: a read of this node. */
  asker: string | null;
  id: number;
}

interface Asked {
  token: unknown;
  at: number;
}

/** Numbers of questions begin anywhere, so that no answer to an earlier life of the node is taken for one to this life. */
const LIVES = 2 ** 32;
const QUESTIONS = 2 ** 20;

/**
 * The primary notes its commit index, makes sure that it was still primary after the read began, and answers when it has
 * applied that far. A backup asks the primary for that index and answers from its own state once that is as new.
 */
export class Reads {
  readonly #node: PrimaryBackup;
  /** Oldest first; `after` never falls. */
  #confirming: Waiting[] = [];
  #applying: Waiting[] = [];
  /** Questions to the primary, by number. */
  readonly #asked = new Map<number, Asked>();
  #questions: number;

  constructor(node: PrimaryBackup) {
    this.#node = node;
    this.#questions = node.env.random.int(LIVES) * QUESTIONS;
  }

  /** A message with a stamp later than this is needed; -1: no read waits for one. */
  get newest(): number {
    return this.#confirming.at(-1)?.after ?? -1;
  }

  read(token: unknown): void {
    const { env, leader, leads, machine } = this.#node;
    if (leads) this.#begin(token, null, 0);
    else if (leader === null) machine.unreadable(token);
    else {
      const id = this.#questions++;
      this.#asked.set(id, { token, at: env.elapsed() });
      const ask: AskIndex = { type: 'ask-index', id };
      env.send(leader, ask);
    }
  }

  onAskIndex(from: string, { id }: AskIndex): void {
    if (this.#node.leads) this.#begin(undefined, from, id);
    else this.#answer(from, id, -1);
  }

  onReadIndex({ epoch, id, index }: ReadIndex): void {
    const node = this.#node;
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    if (index < 0) {
      node.machine.unreadable(asked.token);
      return;
    }
    node.backup.learn(epoch, index);
    this.#whenApplied({ index, after: 0, token: asked.token, asker: null, id });
  }

  /** Somebody has answered: lets go the reads that this confirms. */
  confirm(): void {
    const waiting = this.#confirming;
    if (waiting.length === 0) return;
    const { confirmed } = this.#node.primary;
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

  /** This node is no primary any more. */
  deposed(): void {
    const waiting = [...this.#confirming, ...this.#applying];
    this.#confirming = [];
    this.#applying = [];
    for (const { asker, id, token } of waiting) {
      if (asker === null) this.#node.machine.unreadable(token);
      else this.#answer(asker, id, -1);
    }
  }

  /** Whoever was asked is no longer the primary, as far as this node knows. */
  leaderChanged(): void {
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  /** Gives up questions that have had no answer for an election timeout. */
  expire(): void {
    this.#giveUp(this.#node.env.elapsed() - this.#node.options['election-timeout']);
  }

  #begin(token: unknown, asker: string | null, id: number): void {
    const { commit, primary } = this.#node;
    this.#confirming.push({ index: Math.max(commit, primary.floor), after: primary.stamp, token, asker, id });
    this.confirm();
    if (this.#confirming.length > 0) primary.kick();
  }

  #whenApplied(read: Waiting): void {
    const node = this.#node;
    if (node.applied < read.index) this.#applying.push(read);
    else if (read.asker === null) node.machine.readable(read.token);
    else this.#answer(read.asker, read.id, read.index);
  }

  #answer(to: string, id: number, index: number): void {
    const { env, epoch } = this.#node;
    const answer: ReadIndex = { type: 'read-index', epoch, id, index };
    env.send(to, answer);
  }

  #giveUp(before: number): void {
    for (const [id, { token, at }] of this.#asked) {
      if (at >= before) break;
      this.#asked.delete(id);
      this.#node.machine.unreadable(token);
    }
  }
}
