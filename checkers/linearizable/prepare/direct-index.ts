// An index of rows by small whole numbers: an array, which neighbours in time share, where a hash table would scatter them.
import { int32 } from '../../shared/columns.js';
import { grown } from './hash-index.js';

/** An array may be so many times as long as there are entries. */
const SPARSE = 4;
const FEW = 16;

export class DirectIndex {
  /** Row + 1; 0: none. */
  #rows = int32(FEW);
  #size = 0;

  /** The row of a number from 0; -1: none. */
  get(key: number): number {
    return key < this.#rows.length ? this.#rows[key]! - 1 : -1;
  }

  /** Whether the numbers would still be dense enough with this one. */
  fits(key: number): boolean {
    return key < this.#rows.length || key < SPARSE * (this.#size + FEW);
  }

  set(key: number, row: number): void {
    if (key >= this.#rows.length) this.#rows = grown(this.#rows, Math.max(key + 1, this.#rows.length * 2));
    this.#rows[key] = row + 1;
    this.#size++;
  }
}
