// Finds, in one pass, the first observation that a few operations contradict directly. Sound for any cell model, with repeated
// values too, but not complete: what it does not find is for the monitors and the search.
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
    const { count, call, action } = partition;
    const { needs, leaves } = this.#actions;
    const sources = this.#sources;
    const timeline = timelineOf(partition);
    const strength = new Int32Array(count);
    // Of the operations that returned so far, the update with the greatest strength, and the observations with the two
    // greatest among different values; and how these stood when each operation was invoked.
    let update = NOBODY;
    let held = NOBODY;
    let heldToo = NOBODY;
    const updateThen = new Int32Array(count);
    const heldThen = new Int32Array(count);
    const heldTooThen = new Int32Array(count);
    const heldBy = (i: number) => needs[action[i]!]!;
    const overtaker = (i: number, value: number, bound: number): number => {
      const w = updateThen[i]!;
      if (w !== NOBODY && strength[w]! > bound) return w;
      const r = heldThen[i] !== NOBODY && heldBy(heldThen[i]!) === value ? heldTooThen[i]! : heldThen[i]!;
      return r !== NOBODY && strength[r]! > bound ? r : NOBODY;
    };
    for (let stamp = 0; stamp < timeline.length; stamp++) {
      const event = timeline[stamp]!;
      if (event >= 0) {
        const left = leaves[action[event]!]!;
        if (left !== NO_VALUE) {
          if (sources[left]!++ === 0) this.#firstCall[left] = stamp;
          this.#open[left]!++;
        }
        updateThen[event] = update;
        heldThen[event] = held;
        heldTooThen[event] = heldToo;
        continue;
      }
      const i = ~event;
      const value = needs[action[i]!]!;
      const left = leaves[action[i]!]!;
      strength[i] = call[i]!;
      if (value !== NO_VALUE) {
        const initially = value === this.#initial ? 1 : 0;
        const known = sources[value]! + initially;
        if (known === 0) return { kind: 'no-source', observation: i, rival: NOBODY };
        if (left !== NO_VALUE && ++this.#used[value]! > known) {
          return { kind: 'used-up', observation: i, rival: NOBODY };
        }
        if (this.#open[value] === 0) {
          const rival = overtaker(i, value, this.#lastReturn[value]!);
          if (rival !== NOBODY) return { kind: 'overtaken', observation: i, rival };
        }
        // The register held the value at an instant after the invocation, and after the first that could have left it.
        if (initially === 0) strength[i] = Math.max(call[i]!, this.#firstCall[value]!);
      }
      if (left !== NO_VALUE) {
        this.#open[left]!--;
        this.#lastReturn[left] = stamp;
        if (update === NOBODY || strength[i]! > strength[update]!) update = i;
      } else if (value !== NO_VALUE) {
        if (held === NOBODY || heldBy(held) === value || strength[i]! > strength[held]!) {
          if (held !== NOBODY && heldBy(held) !== value) heldToo = held;
          if (held === NOBODY || heldBy(held) !== value || strength[i]! > strength[held]!) held = i;
        } else if (heldToo === NOBODY || strength[i]! > strength[heldToo]!) {
          heldToo = i;
        }
      }
    }
    return null;
  }
}
