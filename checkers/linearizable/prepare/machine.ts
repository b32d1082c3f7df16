// The model as integers: interned states and a table of transitions, so that the search never sees a value.

import { canonical } from '../../shared/canonical.js';
import { int32 } from '../../shared/columns.js';
import { ILLEGAL } from '../models/model.js';
import type { Allowance } from '../search/allowance.js';
import type { Actions } from './actions.js';
import { mix } from './hash-index.js';
import { NO_VALUE } from './values.js';

/** What `step` returns when the action cannot happen in the state. */
export const NO_STATE = -1;

const FIRST_CAPACITY = 16;
/** Transitions kept; beyond that the table is emptied, for it only saves work. */
const MOST_TRANSITIONS = 1 << 20;
/** What a state takes beside its text: objects, entries of the tables. */
const STATE_BYTES = 160;
/** Bytes of a state for each character of its text: the text, and the value it stands for. */
const CHARACTER_BYTES = 5;

export class Machine {
  readonly actions: Actions;
  /** The user's initial value. */
  readonly start: unknown;
  /** Number of the state at the start. */
  readonly initial: number;
  readonly #cell: boolean;
  readonly #allowance: Allowance | null;
  #charged = 0;
  #faded = NO_STATE;
  #states: unknown[] = [];
  #numbers = new Map<unknown, number>();
  // The table of transitions, open addressing: (state, action) -> next state + 2; 0: free.
  #state: Int32Array;
  #action: Int32Array;
  #next: Int32Array;
  #mask: number;
  #size = 0;

  /** `initial`: the user's value. States are charged to the allowance, if there is one. Throws RangeError for a bad `initial`. */
  constructor(actions: Actions, initial: unknown, allowance: Allowance | null = null) {
    this.actions = actions;
    this.#allowance = allowance;
    this.#cell = actions.model.cell !== undefined;
    // Cell models need no table: their transitions are given by two values.
    const capacity = this.#cell ? 1 : FIRST_CAPACITY;
    this.#state = int32(capacity);
    this.#action = int32(capacity);
    this.#next = int32(capacity);
    this.#mask = capacity - 1;
    this.start = initial;
    const state: unknown = actions.model.initial(initial);
    this.initial = this.#cell ? actions.values.id(state) : this.#number(state);
  }

  /** The states take more memory than allowed. */
  get starved(): boolean {
    return this.#charged > 0 && this.#allowance !== null && this.#allowance.bytes < 0;
  }

  /**
   * A machine with its own states, charged to the allowance, for a search of its own; cell models have none to speak of, and a
   * fork is there to be shared.
   */
  fork(allowance: Allowance): Machine {
    return this.#cell || this.#allowance !== null ? this : new Machine(this.actions, this.start, allowance);
  }

  /** Gives memory back; the states are gone. */
  release(): void {
    if (this.#allowance === null) return;
    this.#allowance.bytes += this.#charged;
    this.#charged = 0;
    this.#faded = NO_STATE;
    this.#states = [];
    this.#numbers = new Map();
    this.#next.fill(0);
    this.#size = 0;
  }

  /** The state after an action, or NO_STATE. */
  step(state: number, action: number): number {
    if (this.#cell) {
      const needs = this.actions.needs[action]!;
      if (needs !== NO_VALUE && needs !== state) return NO_STATE;
      const leaves = this.actions.leaves[action]!;
      return leaves === NO_VALUE ? state : leaves;
    }
    let slot = mix(mix(1, state), action) & this.#mask;
    while (this.#next[slot] !== 0) {
      if (this.#state[slot] === state && this.#action[slot] === action) return this.#next[slot]! - 2;
      slot = (slot + 1) & this.#mask;
    }
    const next = this.#compute(state, action);
    this.#state[slot] = state;
    this.#action[slot] = action;
    this.#next[slot] = next + 2;
    if (++this.#size * 2 > this.#mask) this.#grow();
    return next;
  }

  /** False when the action is illegal for good (but for operations that reset): see `Model.reaches`. */
  reaches(state: number, action: number): boolean {
    if (state === this.#faded) return this.actions.pure[action] === 0;
    return this.actions.model.reaches!(this.#states[state], ...this.actions.operation(action));
  }

  /**
   * The number that stands for all states that no pure operation will see any more, for models whose states fade: only what
   * overwrites leads out of it.
   */
  get faded(): number {
    if (this.#faded === NO_STATE) {
      this.#faded = this.#states.push(null) - 1;
      this.#charge(STATE_BYTES);
    }
    return this.#faded;
  }

  /** The state behind a number; what is behind `faded` is not known. */
  state(number: number): unknown {
    return this.#cell ? this.actions.values.value(number) : this.#states[number];
  }

  #compute(state: number, action: number): number {
    if (state === this.#faded) return this.#computeFaded(action);
    const next = this.actions.model.step(this.#states[state], ...this.actions.operation(action)) as unknown;
    return next === ILLEGAL ? NO_STATE : this.#number(next);
  }

  #computeFaded(action: number): number {
    const { model, functions, f } = this.actions;
    const { pure, overwrites } = model.functions[functions[f[action]!]!]!;
    if (pure === true) return NO_STATE;
    return overwrites === true ? this.#compute(this.initial, action) : this.#faded;
  }

  #number(state: unknown): number {
    const identity = this.actions.model.identity?.(state) ?? canonical(state);
    let number = this.#numbers.get(identity);
    if (number === undefined) {
      number = this.#states.push(state) - 1;
      this.#numbers.set(identity, number);
      this.#charge(STATE_BYTES + CHARACTER_BYTES * String(identity).length);
    }
    return number;
  }

  #charge(bytes: number): void {
    if (this.#allowance === null) return;
    this.#allowance.bytes -= bytes;
    this.#charged += bytes;
  }

  #grow(): void {
    const { length } = this.#next;
    if (this.#size >= MOST_TRANSITIONS) {
      this.#next.fill(0);
      this.#size = 0;
      return;
    }
    const [states, actions, nexts] = [this.#state, this.#action, this.#next];
    this.#state = int32(length * 2);
    this.#action = int32(length * 2);
    this.#next = int32(length * 2);
    this.#mask = length * 2 - 1;
    for (let i = 0; i < length; i++) {
      if (nexts[i] === 0) continue;
      let slot = mix(mix(1, states[i]!), actions[i]!) & this.#mask;
      while (this.#next[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#state[slot] = states[i]!;
      this.#action[slot] = actions[i]!;
      this.#next[slot] = nexts[i]!;
    }
  }
}
