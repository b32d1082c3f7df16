// An open-addressing index over rows of integers kept elsewhere: row numbers by hash, no objects, no boxed keys.

import { int32 } from '../../shared/columns.js';

/** Most histories under test are short; up to 64 bytes an array costs next to nothing. */
const FIRST_CAPACITY = 16;

/** Mixes integers into one hash (the finalizer of MurmurHash3, public domain). */
export function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  return h;
}

/**
 * Probing is the caller's, so that comparing needs no callback: start at `first(hash)`, follow `next(slot)` while `slots[slot]`
 * is not 0, and compare row `slots[slot] - 1`; where a slot is 0, `insert` there.
 */
export class HashIndex {
  /** Row + 1; 0: free. */
  slots = int32(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;

  /** Makes room for so many rows at once, if it holds none yet. Memory that is not touched is not taken. */
  reserve(rows: number): void {
    if (this.#size > 0 || rows * 3 <= this.slots.length * 2) return;
    let length = this.slots.length;
    while (rows * 3 > length * 2) length *= 2;
    this.slots = int32(length);
    this.#mask = length - 1;
  }

  first(hash: number): number {
    return (hash ^ (hash >>> 16)) & this.#mask;
  }

  next(slot: number): number {
    return (slot + 1) & this.#mask;
  }

  /** Puts a row into the free slot; `hashOf` is asked again for every row when the index grows. */
  insert(slot: number, row: number, hashOf: (row: number) => number): void {
    this.slots[slot] = row + 1;
    if (++this.#size * 3 > this.slots.length * 2) this.#grow(hashOf);
  }

  #grow(hashOf: (row: number) => number): void {
    const old = this.slots;
    const slots = int32(old.length * 2);
    this.slots = slots;
    this.#mask = slots.length - 1;
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!;
      if (entry === 0) continue;
      let slot = this.first(hashOf(entry - 1));
      while (slots[slot] !== 0) slot = this.next(slot);
      slots[slot] = entry;
    }
  }
}

/** A longer copy. */
export function grown(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = int32(length);
  to.set(from);
  return to;
}
