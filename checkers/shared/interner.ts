// Numbers values 0, 1, 2, … so that facts about them can live in arrays. Small integers, the usual elements, cost no hashing.
import { canonical } from './canonical.js';

/** Integers below this are looked up in an array. */
const SMALL = 1 << 22;
const FIRST_SIZE = 1024;

export class Interner {
  /** The values, by number. */
  readonly values: unknown[] = [];
  /** Number + 1 of each small integer; 0: not seen. */
  #small = new Int32Array(FIRST_SIZE);
  readonly #primitives = new Map<unknown, number>();
  readonly #objects = new Map<string, number>();

  /** The number of a value, or -1 when it was never interned. */
  find(value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value < SMALL && Number.isInteger(value)) {
      return value < this.#small.length ? this.#small[value]! - 1 : -1;
    }
    if (typeof value === 'object' && value !== null) return this.#objects.get(canonical(value)) ?? -1;
    return this.#primitives.get(value) ?? -1;
  }

  /** The number of a value, given to it now if need be. */
  intern(value: unknown): number {
    const known = this.find(value);
    if (known >= 0) return known;
    const id = this.values.push(value) - 1;
    if (typeof value === 'number' && value >= 0 && value < SMALL && Number.isInteger(value)) {
      this.#grow(value);
      this.#small[value] = id + 1;
    } else if (typeof value === 'object' && value !== null) {
      this.#objects.set(canonical(value), id);
    } else {
      this.#primitives.set(value, id);
    }
    return id;
  }

  #grow(value: number): void {
    if (value < this.#small.length) return;
    let size = this.#small.length;
    while (size <= value) size *= 2;
    const larger = new Int32Array(size);
    larger.set(this.#small);
    this.#small = larger;
  }
}
