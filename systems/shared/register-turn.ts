// The proposer of single-decree Paxos: what a node has under way for one register, and one attempt with one ballot.
import type { Key } from '../../framework/contracts/operation.js';
import { type Ballot, compareBallots, NO_BALLOT } from './ballot.js';
import { majorityOf, Quorum } from './quorum.js';
import type { State, Task } from './register-state.js';
import { Resend } from './resend.js';

/** One ballot on its way through both phases (Lamport: "Paxos made simple", 2001, section 2.2). */
export class Attempt {
  readonly ballot: Ballot;
  /** The instance; 1 where versions are not told apart. */
  readonly version: number;
  /** The chosen state before it: the version below. */
  readonly base: State;
  /** The highest ballot that an acceptor said it had accepted, and its state. */
  found: State | null = null;
  #highest: Ballot = NO_BALLOT;
  readonly #holders: Quorum;
  readonly #answers: Quorum;
  readonly #refusals: Quorum;
  /** Second phase: what all shall accept, and the ballot that they promise with it. */
  proposal: State | null = null;
  next: Ballot | null = null;

  constructor(ballot: Ballot, version: number, base: State, nodes: number) {
    this.ballot = ballot;
    this.version = version;
    this.base = base;
    this.#answers = new Quorum(majorityOf(nodes));
    this.#holders = new Quorum(majorityOf(nodes));
    this.#refusals = new Quorum(nodes - majorityOf(nodes) + 1);
  }

  /** A majority has answered in this phase. */
  get reached(): boolean {
    return this.#answers.reached;
  }

  /** So many have promised a higher ballot that no majority is left. */
  get isLost(): boolean {
    return this.#refusals.reached;
  }

  get isContested(): boolean {
    return this.#refusals.count > 0;
  }

  /** First phase: what was found is chosen already, since a majority has accepted one ballot, or none has accepted anything. */
  get isSettled(): boolean {
    return this.found === null || this.#holders.reached;
  }

  hasHeard(place: number): boolean {
    return this.#answers.has(place) || this.#refusals.has(place);
  }

  promised(place: number, accepted: Ballot, state: State | null): void {
    if (!this.#answers.add(place) || state === null) return;
    const order = compareBallots(accepted, this.#highest);
    if (order > 0) {
      this.#highest = accepted;
      this.found = state;
      this.#holders.clear();
    }
    if (order >= 0) this.#holders.add(place);
  }

  propose(proposal: State, next: Ballot | null): void {
    this.proposal = proposal;
    this.next = next;
    this.#answers.clear();
    this.#refusals.clear();
  }

  accepted(place: number): void {
    this.#answers.add(place);
  }

  refused(place: number): void {
    this.#refusals.add(place);
  }
}

/**
 * All requests of one node for one register: those that the attempt under way carries out together, and those that came after it
 * began and wait for the next.
 */
export class Turn {
  /** Name of the timer that ends its back-off. */
  readonly timer: string;
  readonly key: Key;
  waiting: Task[] = [];
  batch: Task[] = [];
  /** Null: between two attempts, waiting for the back-off. */
  attempt: Attempt | null = null;
  /** Attempts lost in a row. */
  losses = 0;
  /** The highest ballot number that an acceptor has named. */
  seen = 0;
  readonly resend = new Resend();

  constructor(timer: string, key: Key) {
    this.timer = timer;
    this.key = key;
  }

  get isEmpty(): boolean {
    return this.batch.length === 0 && this.waiting.length === 0;
  }

  /** Everything that waits is part of the next attempt. */
  gather(): void {
    if (this.waiting.length === 0) return;
    this.batch.push(...this.waiting);
    this.waiting = [];
  }
}
