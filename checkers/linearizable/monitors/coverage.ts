// How many intervals cover each of many places, where intervals are added and removed, and the next place that none covers.

import { int32 } from '../../shared/columns.js';
export class Coverage {
  /** Power of two, at least the number of places. */
  readonly #size: number;
  /** Per node: what covers all of it (and not all of its parent), and with that the least cover of a place in it. */
  readonly #whole: Int32Array;
  readonly #least: Int32Array;

  /** `counts`: how many intervals cover each place at first. */
  constructor(counts: Int32Array) {
    let size = 1;
    while (size < counts.length) size *= 2;
    this.#size = size;
    this.#whole = int32(2 * size);
    this.#least = int32(2 * size);
    this.#least.set(counts, size);
    for (let node = size - 1; node > 0; node--) {
      this.#least[node] = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!);
    }
  }

  /** Adds `by` intervals from place `from` to before place `to`. */
  add(from: number, to: number, by: number): void {
    let left = from + this.#size;
    let right = to + this.#size;
    for (; left < right; left >>= 1, right >>= 1) {
      if (left & 1) this.#cover(left++, by);
      if (right & 1) this.#cover(--right, by);
    }
    this.#refresh(from + this.#size);
    this.#refresh(to - 1 + this.#size);
  }

  /** The first place from `from` on that nothing covers; there must be one. */
  next(from: number): number {
    let node = from + this.#size;
    let above = 0;
    for (let up = node >> 1; up > 0; up >>= 1) above += this.#whole[up]!;
    while (this.#least[node]! + above > 0) {
      // To the next subtree on the right.
      while (node & 1) {
        node >>= 1;
        above -= this.#whole[node]!;
      }
      node++;
    }
    while (node < this.#size) {
      above += this.#whole[node]!;
      node *= 2;
      if (this.#least[node]! + above > 0) node++;
    }
    return node - this.#size;
  }

  #cover(node: number, by: number): void {
    this.#whole[node]! += by;
    this.#least[node]! += by;
  }

  #refresh(leaf: number): void {
    for (let node = leaf >> 1; node > 0; node >>= 1) {
      this.#least[node] = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!) + this.#whole[node]!;
    }
  }
}
