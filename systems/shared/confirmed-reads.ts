// Linearizable reads that write nothing: others confirm that the leader still leads, and then its state is the latest.
import type { Body } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Milliseconds } from '../../framework/contracts/time.js';
import type { Machine } from './replicated-log.js';

/** A follower asks up to where it must have applied before it may answer a read. */
interface AskIndex extends Body {
  type: 'ask-index';
  id: number;
}

interface ReadIndex extends Body {
  type: 'read-index';
  id: number;
  /** -1: refused, the node does not lead. */
  index: number;
  /** Of the leader: its term, epoch or ballot. */
  reign: unknown;
}

/** What reads ask of the node whose log they wait for. */
export interface ReadHost {
  readonly env: Environment;
  readonly machine: Pick<Machine, 'readable' | 'unreadable'>;
  readonly leads: boolean;
  readonly leader: string | null;
  /** How far the log is committed, as far as this node knows, and how far its state goes. */
  readonly commit: number;
  readonly applied: number;
  /** JSON that tells this node's time as leader from all others'. */
  readonly reign: unknown;
  /** This node leads, and `from` may hear what is committed. */
  answers(from: string): boolean;
  /** Node `from`, leader in `reign` (as it says: any JSON), has committed everything up to `index`. */
  learn(reign: unknown, index: number, from: string): void;
}

/** What reads ask of the leader's side of that node. */
export interface ReadLeader {
  /** Everything up to here must be applied before any read: what earlier leaders may have committed. */
  readonly floor: number;
  /** Stamp of the latest message to the others, and the latest that enough of them have answered. Ascending. */
  readonly stamp: number;
  readonly confirmed: number;
  /** Nobody else can lead yet: reads need no confirmation. */
  readonly leased?: boolean;
  /** Somebody waits for a message with a stamp later than all so far to be answered. */
  kick(): void;
}

interface Waiting {
  /** What must be applied before the answer. */
  readonly index: number;
  /** A message with a later stamp must be answered first. */
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

/** Numbers of questions begin anywhere, so that no answer to an earlier life of the node is taken for one to this life. */
const LIVES = 2 ** 32;
const QUESTIONS = 2 ** 20;

const whole = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/**
 * The leader notes its commit index, makes sure that it was still leader after the read began, and answers when it has applied
 * that far. Another node asks the leader for that index and answers from its own state once that is as new.
 * (Ongaro, "Consensus: Bridging Theory and Practice", 2014, section 6.4.)
 */
export class ConfirmedReads {
  readonly #host: ReadHost;
  readonly #leader: ReadLeader;
  readonly #patience: Milliseconds;
  /** Oldest first; `after` never falls. */
  #confirming: Waiting[] = [];
  #applying: Waiting[] = [];
  /** Questions to the leader, by number. */
  readonly #asked = new Map<number, Asked>();
  #questions: number;

  /** `patience`: how long a follower waits for its leader's word. */
  constructor(host: ReadHost, leader: ReadLeader, patience: Milliseconds) {
    this.#host = host;
    this.#leader = leader;
    this.#patience = patience;
    this.#questions = host.env.random.derive('questions').int(LIVES) * QUESTIONS;
  }

  /** A message with a stamp later than this is needed; -1: no read waits for one. */
  get newest(): number {
    return this.#confirming.at(-1)?.after ?? -1;
  }

  read(token: unknown): void {
    const { env, leader, leads, machine } = this.#host;
    if (leads) this.#begin(token, null, 0);
    else if (leader === null) machine.unreadable(token);
    else {
      const id = this.#questions++;
      this.#asked.set(id, { token, at: env.elapsed() });
      const ask: AskIndex = { type: 'ask-index', id };
      env.send(leader, ask);
    }
  }

  /** Null: not a message of reads. False: a malformed one. */
  receive(from: string, body: Body): boolean | null {
    const { type, id, index } = body;
    if (type === 'ask-index') {
      if (!whole(id)) return false;
      if (this.#host.answers(from)) this.#begin(undefined, from, id as number);
      else this.#answer(from, id as number, -1);
      return true;
    }
    if (type !== 'read-index') return null;
    if (!whole(id) || !(index === -1 || whole(index)) || body['reign'] === undefined) return false;
    this.#onReadIndex(from, body as ReadIndex);
    return true;
  }

  /** Somebody has answered the leader: lets go the reads that this confirms. */
  confirm(): void {
    const waiting = this.#confirming;
    if (waiting.length === 0) return;
    const { confirmed } = this.#leader;
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

  /** This node leads no more. What was confirmed stays true: such reads go on waiting until enough is applied. */
  deposed(): void {
    const waiting = this.#confirming;
    this.#confirming = [];
    for (const { asker, id, token } of waiting) {
      if (asker === null) this.#host.machine.unreadable(token);
      else this.#answer(asker, id, -1);
    }
  }

  /** Whoever was asked leads no more, as far as this node knows. */
  leaderChanged(): void {
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  /** Gives up questions that have had no answer for too long. */
  expire(): void {
    this.#giveUp(this.#host.env.elapsed() - this.#patience);
  }

  #onReadIndex(from: string, { id, index, reign }: ReadIndex): void {
    const host = this.#host;
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    if (index < 0) {
      host.machine.unreadable(asked.token);
      return;
    }
    host.learn(reign, index, from);
    this.#whenApplied({ index, after: 0, token: asked.token, asker: null, id });
  }

  #begin(token: unknown, asker: string | null, id: number): void {
    const leader = this.#leader;
    const read = { index: Math.max(this.#host.commit, leader.floor), after: leader.stamp, token, asker, id };
    if (leader.leased === true) {
      this.#whenApplied(read);
      return;
    }
    this.#confirming.push(read);
    if (leader.confirmed <= read.after) leader.kick();
    this.confirm();
  }

  #whenApplied(read: Waiting): void {
    const { applied, machine } = this.#host;
    if (applied < read.index) this.#applying.push(read);
    else if (read.asker === null) machine.readable(read.token);
    else this.#answer(read.asker, read.id, read.index);
  }

  #answer(to: string, id: number, index: number): void {
    const { env, reign } = this.#host;
    const answer: ReadIndex = { type: 'read-index', id, index, reign };
    env.send(to, answer);
  }

  #giveUp(before: number): void {
    for (const [id, { token, at }] of this.#asked) {
      if (at >= before) break;
      this.#asked.delete(id);
      this.#host.machine.unreadable(token);
    }
  }
}
