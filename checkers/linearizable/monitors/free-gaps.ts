// Which gaps between events no interval covers, while intervals are added: the next and the previous one in nearly constant time.

import { int32 } from '../../shared/columns.js';
export class FreeGaps {
  /** Per gap: itself when free, else a gap beyond it that is nearer to the next free one. */
  readonly #next: Int32Array;
  /** The same in the other direction, shifted by one. */
  readonly #previous: Int32Array;

  /** Gaps 0 .. count-1. */
  constructor(count: number) {
    this.#next = int32(count + 1);
    this.#previous = int32(count + 1);
    for (let g = 0; g <= count; g++) {
      this.#next[g] = g;
      this.#previous[g] = g;
    }
  }

  /** The first free gap from `gap` on; the number of gaps: there is none. */
  next(gap: number): number {
    return root(this.#next, gap);
  }

  /** The last free gap up to `gap`; -1: there is none. */
  previous(gap: number): number {
    return root(this.#previous, gap + 1) - 1;
  }

  /** Covers the gaps from `from` to before `to`. */
  cover(from: number, to: number): void {
    for (let gap = this.next(from); gap < to; gap = this.next(gap + 1)) {
      this.#next[gap] = gap + 1;
      this.#previous[gap + 1] = gap;
    }
  }
}

function root(parents: Int32Array, start: number): number {
  let at = start;
  for (let up = parents[at]!; up !== at; up = parents[at]!) {
    const above = parents[up]!;
    parents[at] = above;
    at = above;
  }
  return at;
}
