// Which of the entries in a range has the greatest number, where the numbers change.

import { int32 } from '../../shared/columns.js';
/** Of an entry that takes no part. */
export const OUT = -1;

export class Tournament {
  readonly #size: number;
  /** Per node: the greatest number in it. */
  readonly #best: Int32Array;

  /** Entries 0 .. count-1, all OUT. */
  constructor(count: number) {
    let size = 1;
    while (size < count) size *= 2;
    this.#size = size;
    this.#best = int32(2 * size).fill(OUT);
  }

  number(entry: number): number {
    return this.#best[entry + this.#size]!;
  }

  set(entry: number, number: number): void {
    let node = entry + this.#size;
    this.#best[node] = number;
    for (node >>= 1; node > 0; node >>= 1) {
      this.#best[node] = Math.max(this.#best[2 * node]!, this.#best[2 * node + 1]!);
    }
  }

  /** The entry with the greatest number from entry `from` to before entry `to`; -1: all are OUT. */
  best(from: number, to: number): number {
    let left = from + this.#size;
    let right = to + this.#size;
    let winner = 0;
    let greatest = OUT;
    for (; left < right; left >>= 1, right >>= 1) {
      if (left & 1) {
        if (this.#best[left]! > greatest) {
          greatest = this.#best[left]!;
          winner = left;
        }
        left++;
      }
      if (right & 1) {
        right--;
        if (this.#best[right]! > greatest) {
          greatest = this.#best[right]!;
          winner = right;
        }
      }
    }
    if (winner === 0) return -1;
    while (winner < this.#size) winner = this.#best[2 * winner] === greatest ? 2 * winner : 2 * winner + 1;
    return winner - this.#size;
  }
}
