// Numbers the values of a history 0, 1, 2, … so that equal JSON values have equal numbers, straight from the columns.

import type { History } from '../../../framework/contracts/history.js';
import { VALUE_INT, VALUE_NULL, VALUE_PAIR } from '../../../framework/contracts/history.js';
import { canonical } from '../../shared/canonical.js';
import { int32 } from '../../shared/columns.js';
import { DirectIndex } from './direct-index.js';
import { grown, HashIndex, mix } from './hash-index.js';

/** A value that nobody knows (what a pending operation would have returned) or that plays no part. */
export const NO_VALUE = -1;
/** Every table's first value. */
export const NULL_ID = 0;

const OTHER = -1;
const FIRST_CAPACITY = 16;

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}

export class Values {
  count = 0;
  /** Per value: VALUE_NULL, VALUE_INT, VALUE_PAIR or OTHER; then its parts. */
  #kind = int32(FIRST_CAPACITY);
  #a = int32(FIRST_CAPACITY);
  #b = int32(FIRST_CAPACITY);
  readonly #index = new HashIndex();
  /** Whole numbers from 0, as long as they are dense; once one was too far out, new ones go into the other index. */
  readonly #ints = new DirectIndex();
  #hasStrays = false;
  readonly #others: unknown[] = [];
  readonly #byText = new Map<string, number>();
  /** Value + 1 by index into the history's `others`. */
  #known = new Int32Array(0);
  readonly #hashOf = (id: number) => mix(mix(this.#kind[id]!, this.#a[id]!), this.#b[id]!);

  constructor() {
    this.#number(VALUE_NULL, 0, 0);
  }

  /** Makes room for so many values at once, if there are none yet but null. */
  reserve(values: number): void {
    if (this.count > 1 || values <= this.#kind.length) return;
    this.#grow(values);
  }

  /** The number of any JSON value. */
  id(value: unknown): number {
    if (isInt32(value)) return this.#int(value | 0);
    if (value === null || value === undefined) return NULL_ID;
    if (Array.isArray(value) && value.length === 2 && isInt32(value[0]) && isInt32(value[1])) {
      return this.#number(VALUE_PAIR, value[0] | 0, value[1] | 0);
    }
    const text = canonical(value);
    let id = this.#byText.get(text);
    if (id === undefined) {
      id = this.#number(OTHER, this.#others.push(value) - 1, 0);
      this.#byText.set(text, id);
    }
    return id;
  }

  /** The number of the value of an event. */
  ofRow(history: History, row: number): number {
    const { kind, a, b } = history.columns;
    switch (kind[row]) {
      case VALUE_NULL:
        return NULL_ID;
      case VALUE_INT:
        return this.#int(a[row]!);
      case VALUE_PAIR:
        return this.#number(VALUE_PAIR, a[row]!, b[row]!);
      default:
        return this.#other(history.others, a[row]!);
    }
  }

  /** The value behind a number; undefined for NO_VALUE. */
  value(id: number): unknown {
    if (id < 0) return undefined;
    switch (this.#kind[id]) {
      case VALUE_NULL:
        return null;
      case VALUE_INT:
        return this.#a[id];
      case VALUE_PAIR:
        return [this.#a[id], this.#b[id]];
      default:
        return this.#others[this.#a[id]!];
    }
  }

  #other(others: readonly unknown[], index: number): number {
    if (index >= this.#known.length) this.#known = grown(this.#known, Math.max(others.length, index + 1));
    const known = this.#known[index]!;
    if (known > 0) return known - 1;
    const id = this.id(others[index]);
    this.#known[index] = id + 1;
    return id;
  }

  #int(value: number): number {
    if (value < 0) return this.#number(VALUE_INT, value, 0);
    const known = this.#ints.get(value);
    if (known >= 0) return known;
    if (this.#hasStrays || !this.#ints.fits(value)) {
      this.#hasStrays = true;
      return this.#number(VALUE_INT, value, 0);
    }
    const id = this.#add(VALUE_INT, value, 0);
    this.#ints.set(value, id);
    return id;
  }

  #number(kind: number, a: number, b: number): number {
    const index = this.#index;
    let slot = index.first(mix(mix(kind, a), b));
    for (let entry = index.slots[slot]!; entry !== 0; entry = index.slots[slot]!) {
      const id = entry - 1;
      if (this.#a[id] === a && this.#b[id] === b && this.#kind[id] === kind) return id;
      slot = index.next(slot);
    }
    const id = this.#add(kind, a, b);
    index.insert(slot, id, this.#hashOf);
    return id;
  }

  #add(kind: number, a: number, b: number): number {
    const id = this.count++;
    if (id === this.#kind.length) this.#grow(id * 2);
    this.#kind[id] = kind;
    this.#a[id] = a;
    this.#b[id] = b;
    return id;
  }

  #grow(length: number): void {
    this.#kind = grown(this.#kind, length);
    this.#a = grown(this.#a, length);
    this.#b = grown(this.#b, length);
  }
}
