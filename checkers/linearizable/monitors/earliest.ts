// Entries at positions, and which of those up to a position has the least number (a Fenwick tree).
import { int32 } from '../../shared/columns.js';
import { NEVER } from '../prepare/partition.js';

const NONE = -1;

export class Earliest {
  readonly #entry: Int32Array;
  readonly #least: Int32Array;

  /** Positions 0 .. positions-1. */
  constructor(positions: number) {
    this.#entry = int32(positions + 1).fill(NONE);
    this.#least = int32(positions + 1).fill(NEVER);
  }

  insert(position: number, number: number, entry: number): void {
    for (let at = position + 1; at < this.#least.length; at += at & -at) {
      if (number >= this.#least[at]!) continue;
      this.#least[at] = number;
      this.#entry[at] = entry;
    }
  }

  /** The entry with the least number at positions 0 .. position; -1: there is none. */
  upTo(position: number): number {
    let best = NONE;
    let least = NEVER;
    for (let at = position + 1; at > 0; at -= at & -at) {
      if (this.#least[at]! >= least) continue;
      least = this.#least[at]!;
      best = this.#entry[at]!;
    }
    return best;
  }
}
