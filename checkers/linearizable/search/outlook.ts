// What lies ahead of a configuration: completed operations, open ones and the next to be invoked, that nothing can make legal any
// more. For models that tell what a state can lead to.
import { int32, uint8 } from '../../shared/columns.js';
import type { Machine } from '../prepare/machine.js';
import { LEVEL, MASK, STATE } from './configuration.js';
import type { OpenSlots } from './open-slots.js';
import type { Problem } from './problem.js';

/** Pure operations that are looked at before they are invoked. */
const AHEAD = 16;
/** With more pending resets than this anything is taken for possible. */
const MOST_PENDING = 64;
/** The state after a reset depends on the state before. */
const ANY = -1;

export class Outlook {
  readonly #machine: Machine;
  readonly #problem: Problem;
  readonly #slots: OpenSlots;
  /** Level + 1 of the completed operations that are watched, else 0. */
  readonly #watched: Int32Array;
  /** Level of each completed operation; -1: pending. */
  readonly #level: Int32Array;
  /** Completed resets and pending ones, completed pure operations and those of them that are watched, in order of invocation. */
  readonly #resets: Int32Array;
  readonly #pendingResets: Int32Array;
  readonly #pure: Int32Array;
  readonly #observers: Int32Array;
  /** 1 for a reset; then the state that it leaves, or ANY. */
  readonly #isReset: Uint8Array;
  readonly #after: Int32Array;

  /** `watched`: level + 1 of each completed operation that must not become hopeless, else 0. */
  constructor(machine: Machine, problem: Problem, slots: OpenSlots, watched: Int32Array) {
    const { count, action, order } = problem;
    const { f, functions, model } = machine.actions;
    this.#machine = machine;
    this.#problem = problem;
    this.#slots = slots;
    this.#watched = watched;
    this.#level = int32(count).fill(-1);
    for (let level = 0; level < order.length; level++) this.#level[order[level]!] = level;
    this.#isReset = uint8(count);
    this.#after = int32(count).fill(ANY);
    const resets: number[] = [];
    const pending: number[] = [];
    const pure: number[] = [];
    const observers: number[] = [];
    for (let i = 0; i < count; i++) {
      const { resets: isReset, overwrites } = model.functions[functions[f[action[i]!]!]!]!;
      if (this.#level[i]! >= 0 && slots.isPure(i)) {
        pure.push(i);
        if (watched[i] !== 0) observers.push(i);
      }
      if (isReset !== true) continue;
      this.#isReset[i] = 1;
      if (overwrites === true) this.#after[i] = machine.step(machine.initial, action[i]!);
      (this.#level[i]! < 0 ? pending : resets).push(i);
    }
    this.#resets = Int32Array.from(resets);
    this.#pendingResets = Int32Array.from(pending);
    this.#pure = Int32Array.from(pure);
    this.#observers = Int32Array.from(observers);
  }

  /** The level of an operation that can never take effect after the configuration, whatever else does; -1: none was found. */
  hopelessAt(now: Int32Array): number {
    const { words, opened } = this.#problem;
    const { operation: inSlot, bits } = this.#slots;
    for (let word = 0; word < words; word++) {
      for (let left = bits[word]! & ~now[MASK + word]!; left !== 0; left &= left - 1) {
        const operation = inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        if (this.#watched[operation] !== 0 && !this.#isPossible(operation, now)) return this.#level[operation]!;
      }
    }
    const observers = this.#observers;
    const from = countBelow(observers, opened[now[LEVEL]!]!);
    const to = Math.min(from + AHEAD, observers.length);
    for (let at = from; at < to; at++) {
      if (!this.#isPossible(observers[at]!, now)) return this.#level[observers[at]!]!;
    }
    return -1;
  }

  /** Whether no pure operation will see the state any more, or what becomes of it before a reset. */
  isUnseen(now: Int32Array): boolean {
    const { words, action, opened } = this.#problem;
    const { operation: inSlot, pureBits } = this.#slots;
    const state = now[STATE]!;
    for (let word = 0; word < words; word++) {
      for (let left = pureBits[word]! & ~now[MASK + word]!; left !== 0; left &= left - 1) {
        const operation = inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        if (this.#machine.reaches(state, action[operation]!)) return false;
      }
    }
    const pure = this.#pure;
    for (let at = countBelow(pure, opened[now[LEVEL]!]!); at < pure.length; at++) {
      if (this.#machine.reaches(state, action[pure[at]!]!)) return false;
    }
    return true;
  }

  /** Whether the state can lead to one in which the operation is legal, or a reset can come in between that may. */
  #isPossible(operation: number, now: Int32Array): boolean {
    const { action, opened } = this.#problem;
    const observed = action[operation]!;
    if (this.#machine.reaches(now[STATE]!, observed)) return true;
    // What was invoked before the operation returns can take effect before it.
    const horizon = opened[this.#level[operation]!]!;
    return (
      this.#openResetHelps(observed, now) ||
      this.#laterResetHelps(observed, opened[now[LEVEL]!]!, horizon) ||
      this.#pendingResetHelps(observed, horizon)
    );
  }

  #openResetHelps(observed: number, now: Int32Array): boolean {
    const { words } = this.#problem;
    const { operation: inSlot, bits } = this.#slots;
    for (let word = 0; word < words; word++) {
      for (let left = bits[word]! & ~now[MASK + word]!; left !== 0; left &= left - 1) {
        const operation = inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        if (this.#isReset[operation] === 1 && this.#helps(operation, observed)) return true;
      }
    }
    return false;
  }

  #laterResetHelps(observed: number, from: number, to: number): boolean {
    const resets = this.#resets;
    for (let at = countBelow(resets, from); at < resets.length && resets[at]! < to; at++) {
      if (this.#helps(resets[at]!, observed)) return true;
    }
    return false;
  }

  /** Whether it is in effect already does not matter here: it is enough that it may not be. */
  #pendingResetHelps(observed: number, horizon: number): boolean {
    const pending = this.#pendingResets;
    if (pending.length > MOST_PENDING) return pending[0]! < horizon;
    for (let at = 0; at < pending.length && pending[at]! < horizon; at++) {
      if (this.#helps(pending[at]!, observed)) return true;
    }
    return false;
  }

  #helps(reset: number, observed: number): boolean {
    const after = this.#after[reset]!;
    return after === ANY || this.#machine.reaches(after, observed);
  }
}

/** How many of the sorted numbers are less than a bound. */
function countBelow(sorted: Int32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
