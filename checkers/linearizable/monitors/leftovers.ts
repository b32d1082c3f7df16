// Elements that no completed operation took, and the pending takes that may have taken them.
import { int32 } from '../../shared/columns.js';
import type { Partition } from '../prepare/partition.js';
import { NOBODY, type PutsAndTakes } from './puts-and-takes.js';

/**
 * Which pending take takes which leftover element. To take it earlier never hurts, so each gets the earliest that is left, in an
 * order that the monitor chooses; where what takes an element is not known, it is said by its invocation only.
 */
export class Leftovers {
  /** The leftover elements, in the order in which they are there for sure. */
  readonly order: number[] = [];
  /** One of them has a pending take of its own, one has been looked at. */
  known = false;
  seen = false;
  /** Per element: stamp of the invocation of what takes it, `limit`: nothing. Of elements that were taken: of that. */
  takenFrom: Int32Array = new Int32Array(0);
  readonly #puts: PutsAndTakes;
  #limit = 0;
  #unknown: number[] = [];

  constructor(puts: PutsAndTakes) {
    this.#puts = puts;
  }

  /** `from`: per element, the stamp after which it is surely there. `limit`: after all stamps. No unknown take is used yet. */
  find({ call, ret }: Partition, limit: number, from: Int32Array): void {
    const { count, take, firstLook, unknown } = this.#puts;
    if (this.takenFrom.length < count) this.takenFrom = int32(this.#puts.put.length);
    this.#limit = limit;
    this.#unknown = unknown.map((i) => call[i]!);
    this.known = false;
    this.seen = false;
    this.order.length = 0;
    for (let e = 0; e < count; e++) {
      const one = take[e]!;
      this.takenFrom[e] = one === NOBODY ? limit : call[one]!;
      if (one !== NOBODY && ret[one]! < limit) continue;
      this.order.push(e);
      if (one !== NOBODY) this.known = true;
      if (firstLook[e] !== NOBODY) this.seen = true;
    }
    if (unknown.length > 0) this.order.sort((a, b) => from[a]! - from[b]! || a - b);
  }

  /** Whether there is more than one way to share out the pending takes. */
  get open(): boolean {
    return this.order.length > 0 && this.#unknown.length > 0;
  }

  /** Stamp of the invocation of a pending take of the element that is known to be one, or `limit`. */
  ownOf(call: Int32Array, element: number): number {
    const one = this.#puts.take[element]!;
    return one === NOBODY ? this.#limit : call[one]!;
  }

  /** As if each had the first of the unknown takes for itself, or its own: the most that can be hoped for. */
  hope(call: Int32Array): void {
    const first = this.#unknown[0] ?? this.#limit;
    for (const e of this.order) this.takenFrom[e] = Math.min(first, this.ownOf(call, e));
  }

  /**
   * By gap between events: how many more elements there are that no pending take of their own has taken by then than unknown
   * takes that could have; where that is more than 0, some element is there, whoever takes what.
   */
  crowd(call: Int32Array, from: Int32Array): Int32Array {
    const crowd = int32(this.#limit + 1);
    for (const e of this.order) {
      const own = this.ownOf(call, e);
      if (own <= from[e]!) continue;
      crowd[from[e]!]!++;
      crowd[own]!--;
    }
    for (const stamp of this.#unknown) crowd[stamp]!--;
    for (let gap = 1; gap <= this.#limit; gap++) crowd[gap]! += crowd[gap - 1]!;
    return crowd;
  }

  /** Elements that are too many in a gap, none where they are not. */
  crowdAt(gap: number, call: Int32Array, from: Int32Array): number[] {
    const takes = this.#unknown.reduce((count, stamp) => count + (stamp <= gap ? 1 : 0), 0);
    const there = this.order.filter((e) => from[e]! <= gap && this.ownOf(call, e) > gap);
    return there.length > takes ? there.slice(0, takes + 1) : [];
  }

  /** Shares out the unknown takes to the elements in this order. */
  share(elements: readonly number[]): void {
    for (const [place, e] of elements.entries()) this.takenFrom[e] = this.#unknown[place] ?? this.#limit;
  }

  /**
   * Of the leftover elements, in order, so many that not all of them are taken before the last of the unknown takes is invoked
   * that `elements` got; none where nothing was shared out.
   */
  competing(elements: readonly number[]): number[] {
    if (!this.open || elements.length === 0) return [];
    const last = elements.reduce((place, e) => Math.max(place, this.order.indexOf(e)), 0);
    return this.order.slice(0, Math.min(last, this.#unknown.length) + 1);
  }
}
