// Finds, in one pass, the first observation that a few operations contradict directly. Sound for any cell model, with repeated
// values too, but not complete: what it does not find is for the monitors and the search.
import { int32 } from '../../shared/columns.js';
import type { Actions } from '../prepare/actions.js';
import type { Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { Scratch } from './scratch.js';
import { timelineOf } from './timeline.js';

/**
 * `no-source`: nobody had invoked an operation that leaves the value. `used-up`: more compare-and-sets succeeded from a value
 * than there were writes of it. `overtaken`: all operations that leave the value had returned before an instant at which the
 * register held something else, and the observation was invoked after that.
 */
export type ContradictionKind = 'no-source' | 'used-up' | 'overtaken';

export interface Contradiction {
  kind: ContradictionKind;
  /** The observation, as an index into the partition. */
  observation: number;
  /** For `overtaken`: the operation that held or left something else. */
  rival: number;
}

const NOBODY = -1;

export class Contradictions {
  readonly #actions: Actions;
  readonly #initial: number;
  readonly #scratch: Scratch;
  /** Operations that leave a value: invoked so far, and still open. */
  readonly #sources: Int32Array;
  readonly #open: Int32Array;
  /** Stamp of the last return of an operation that left the value, and of the first invocation. */
  readonly #lastReturn: Int32Array;
  readonly #firstCall: Int32Array;
  /** Successful compare-and-sets from the value. */
  readonly #used: Int32Array;

  /** `initial`: number of the value at the start. All partitions must be interned before. */
  constructor(actions: Actions, initial: number) {
    this.#actions = actions;
    this.#initial = initial;
    this.#scratch = new Scratch(actions);
    this.#sources = this.#scratch.column(0);
    this.#open = this.#scratch.column(0);
    this.#lastReturn = this.#scratch.column(-1);
    this.#firstCall = this.#scratch.column(-1);
    this.#used = this.#scratch.column(0);
  }

  /** The contradiction that is complete first, or null. */
  first(partition: Partition): Contradiction | null {
    const found = this.#sweep(partition);
    this.#scratch.clean(partition, this.#actions, this.#initial);
    return found;
  }

  #sweep(partition: Partition): Contradiction | null {
    const { call, action } = partition;
    const { needs, leaves } = this.#actions;
    const timeline = timelineOf(partition);
    const holders = new Holders(partition, needs);
    for (let stamp = 0; stamp < timeline.length; stamp++) {
      const event = timeline[stamp]!;
      if (event >= 0) {
        this.#invoked(leaves[action[event]!]!, stamp);
        holders.remember(event);
        continue;
      }
      const i = ~event;
      const value = needs[action[i]!]!;
      const left = leaves[action[i]!]!;
      let strength = call[i]!;
      if (value !== NO_VALUE) {
        const found = this.#contradict(i, value, left, holders);
        if (found !== null) return found;
        // The register held the value after the invocation, and after the first one that could have left it.
        if (value !== this.#initial) strength = Math.max(strength, this.#firstCall[value]!);
      }
      if (left !== NO_VALUE) {
        this.#open[left]!--;
        this.#lastReturn[left] = stamp;
        holders.updated(i, strength);
      } else if (value !== NO_VALUE) {
        holders.observed(i, strength);
      }
    }
    return null;
  }

  #invoked(left: number, stamp: number): void {
    if (left === NO_VALUE) return;
    if (this.#sources[left]!++ === 0) this.#firstCall[left] = stamp;
    this.#open[left]!++;
  }

  /** What is wrong with the operation `i`, which returns now: it needed `value` and left `left`. */
  #contradict(i: number, value: number, left: number, holders: Holders): Contradiction | null {
    const known = this.#sources[value]! + (value === this.#initial ? 1 : 0);
    if (known === 0) return { kind: 'no-source', observation: i, rival: NOBODY };
    if (left !== NO_VALUE && ++this.#used[value]! > known) return { kind: 'used-up', observation: i, rival: NOBODY };
    if (this.#open[value] !== 0) return null;
    const rival = holders.rival(i, value, this.#lastReturn[value]!);
    return rival === NOBODY ? null : { kind: 'overtaken', observation: i, rival };
  }
}

/**
 * Who held the register last, among the operations that have returned. The strength of an operation is a stamp: it took effect
 * after that.
 */
class Holders {
  readonly #needs: Int32Array;
  readonly #action: Int32Array;
  readonly #strength: Int32Array;
  // The strongest update, and the strongest observations of two different values; then how these stood at each invocation.
  #update = NOBODY;
  #seen = NOBODY;
  #seenToo = NOBODY;
  readonly #updateThen: Int32Array;
  readonly #seenThen: Int32Array;
  readonly #seenTooThen: Int32Array;

  constructor({ count, action }: Partition, needs: Int32Array) {
    this.#needs = needs;
    this.#action = action;
    this.#strength = int32(count);
    this.#updateThen = int32(count);
    this.#seenThen = int32(count);
    this.#seenTooThen = int32(count);
  }

  /** Operation `i` is invoked now. */
  remember(i: number): void {
    this.#updateThen[i] = this.#update;
    this.#seenThen[i] = this.#seen;
    this.#seenTooThen[i] = this.#seenToo;
  }

  updated(i: number, strength: number): void {
    this.#strength[i] = strength;
    if (this.#isStronger(i, this.#update)) this.#update = i;
  }

  observed(i: number, strength: number): void {
    this.#strength[i] = strength;
    if (this.#seen !== NOBODY && this.#value(this.#seen) === this.#value(i)) {
      if (this.#isStronger(i, this.#seen)) this.#seen = i;
    } else if (this.#isStronger(i, this.#seen)) {
      this.#seenToo = this.#seen;
      this.#seen = i;
    } else if (this.#isStronger(i, this.#seenToo)) {
      this.#seenToo = i;
    }
  }

  /**
   * An operation that had returned before `i` was invoked, and held something other than `value` after the stamp `bound`, by
   * which all operations that leave `value` had returned; NOBODY: there is none. An update after that bound is none of them.
   */
  rival(i: number, value: number, bound: number): number {
    const update = this.#updateThen[i]!;
    if (update !== NOBODY && this.#strength[update]! > bound) return update;
    let seen = this.#seenThen[i]!;
    if (seen !== NOBODY && this.#value(seen) === value) seen = this.#seenTooThen[i]!;
    return seen !== NOBODY && this.#strength[seen]! > bound ? seen : NOBODY;
  }

  #value(i: number): number {
    return this.#needs[this.#action[i]!]!;
  }

  #isStronger(i: number, other: number): boolean {
    return other === NOBODY || this.#strength[i]! > this.#strength[other]!;
  }
}
