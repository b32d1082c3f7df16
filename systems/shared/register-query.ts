// A read that changes nothing anywhere: one question to all, enough when a majority's answers show which state is chosen.
import { type Ballot, compareBallots, NO_BALLOT } from './ballot.js';
import { majorityOf, Quorum } from './quorum.js';
import type { Cell } from './register-acceptor.js';
import { INITIAL, type State, type Task } from './register-state.js';
import { Resend } from './resend.js';

/** A state that is known to be chosen, and the number of its version. */
export interface Chosen {
  readonly version: number;
  readonly state: State;
}

/**
 * Whatever was chosen before the question was asked shows in the answers of any majority: some node in it has accepted that, or
 * knows something newer. If the newest that shows is chosen itself, it is the answer.
 */
export class Query {
  readonly id: number;
  readonly task: Task;
  readonly resend = new Resend();
  readonly #nodes: number;
  readonly #heard: Quorum;
  #version = 0;
  #chosen: State = INITIAL;
  /** The highest ballot accepted in the instance after that version, its state and who has accepted it. */
  #highest: Ballot = NO_BALLOT;
  #accepted: State | null = null;
  readonly #holders: Quorum;

  constructor(id: number, task: Task, nodes: number) {
    this.id = id;
    this.task = task;
    this.#nodes = nodes;
    this.#heard = new Quorum(majorityOf(nodes));
    this.#holders = new Quorum(majorityOf(nodes));
  }

  get reached(): boolean {
    return this.#heard.reached;
  }

  hasHeard(place: number): boolean {
    return this.#heard.has(place);
  }

  learn(place: number, { version, chosen, accepted, state }: Omit<Cell, 'key' | 'promised'>): void {
    if (!this.#heard.add(place) || version < this.#version) return;
    if (version > this.#version) {
      this.#version = version;
      this.#highest = NO_BALLOT;
      this.#accepted = null;
      this.#holders.clear();
    }
    this.#chosen = chosen;
    const order = compareBallots(accepted, this.#highest);
    if (state === null || order < 0) return;
    if (order > 0) {
      this.#highest = accepted;
      this.#accepted = state;
      this.#holders.clear();
    }
    this.#holders.add(place);
  }

  /** Null: the answers so far do not tell. */
  get outcome(): Chosen | null {
    if (!this.#heard.reached) return null;
    if (this.#accepted === null) return { version: this.#version, state: this.#chosen };
    return this.#holders.reached ? { version: this.#version + 1, state: this.#accepted } : null;
  }

  /** Not even the answers that are missing can tell. */
  get isHopeless(): boolean {
    if (!this.#heard.reached || this.#accepted === null) return false;
    return this.#holders.count + this.#nodes - this.#heard.count < this.#holders.needed;
  }
}
