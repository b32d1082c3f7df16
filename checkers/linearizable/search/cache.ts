// Remembers configurations from which nothing can be reached any more. It only saves work, so when its memory is used up it
// forgets instead of growing.
import { int32, uint8 } from '../../shared/columns.js';
import { mix } from '../prepare/hash-index.js';
import type { Allowance } from './allowance.js';
import type { PendingSets } from './pending-sets.js';

const FIRST_CAPACITY = 16;

/**
 * A configuration is `stride` integers, the last of them a set of pending operations in effect. An entry says: with at least
 * these in effect nothing can be reached. So one entry stands for all configurations that differ from it by a larger set.
 */
export class Cache {
  readonly #stride: number;
  readonly #sets: PendingSets;
  readonly #allowance: Allowance;
  #rows = new Int32Array(0);
  #used = new Uint8Array(0);
  #mask = -1;
  #size = 0;

  constructor(stride: number, sets: PendingSets, allowance: Allowance) {
    this.#stride = stride;
    this.#sets = sets;
    this.#allowance = allowance;
  }

  get size(): number {
    return this.#size;
  }

  /** The set of an entry that covers the configuration at `from[at]`; -1: none does. */
  find(from: Int32Array, at: number): number {
    if (this.#size === 0) return -1;
    let slot = this.#hash(from, at) & this.#mask;
    while (this.#used[slot] === 1) {
      if (this.#covers(slot, from, at)) return this.#rows[slot * this.#stride + this.#stride - 1]!;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /** Adds the configuration at `from[at]`, in place of one that it covers if there is one. */
  add(from: Int32Array, at: number): void {
    if (this.#replace(from, at)) return;
    if ((this.#size + 1) * 3 > (this.#mask + 1) * 2 && !this.#grow()) {
      this.#used.fill(0);
      this.#size = 0;
    }
    this.#put(from, at);
    this.#size++;
  }

  /** Gives the memory back. */
  release(): void {
    this.#allowance.bytes += this.#bytes(this.#mask + 1);
    this.#rows = new Int32Array(0);
    this.#used = new Uint8Array(0);
    this.#mask = -1;
    this.#size = 0;
  }

  #put(from: Int32Array, at: number): void {
    let slot = this.#hash(from, at) & this.#mask;
    while (this.#used[slot] === 1) slot = (slot + 1) & this.#mask;
    this.#used[slot] = 1;
    const base = slot * this.#stride;
    for (let i = 0; i < this.#stride; i++) this.#rows[base + i] = from[at + i]!;
  }

  #replace(from: Int32Array, at: number): boolean {
    if (this.#size === 0) return false;
    const set = this.#stride - 1;
    let slot = this.#hash(from, at) & this.#mask;
    for (; this.#used[slot] === 1; slot = (slot + 1) & this.#mask) {
      const base = slot * this.#stride;
      if (!this.#samePlace(base, from, at) || !this.#sets.within(from[at + set]!, this.#rows[base + set]!)) continue;
      this.#rows[base + set] = from[at + set]!;
      return true;
    }
    return false;
  }

  #covers(slot: number, from: Int32Array, at: number): boolean {
    const set = this.#stride - 1;
    const base = slot * this.#stride;
    return this.#samePlace(base, from, at) && this.#sets.within(this.#rows[base + set]!, from[at + set]!);
  }

  /** Whether two configurations are the same but for their sets. */
  #samePlace(base: number, from: Int32Array, at: number): boolean {
    for (let i = 0; i < this.#stride - 1; i++) if (this.#rows[base + i] !== from[at + i]) return false;
    return true;
  }

  #hash(from: Int32Array, at: number): number {
    let hash = 7;
    for (let i = 0; i < this.#stride - 1; i++) hash = mix(hash, from[at + i]!);
    return hash ^ (hash >>> 16);
  }

  #bytes(capacity: number): number {
    return capacity * (this.#stride * 4 + 1);
  }

  /** Doubles; false when that would take more than the allowance. The first table is always granted. */
  #grow(): boolean {
    const old = this.#mask + 1;
    const capacity = Math.max(FIRST_CAPACITY, old * 2);
    const cost = this.#bytes(capacity) - this.#bytes(old);
    // Growing holds both tables for a moment.
    if (old > 0 && cost + this.#bytes(old) > this.#allowance.bytes) return false;
    this.#allowance.bytes -= cost;
    const [rows, used] = [this.#rows, this.#used];
    this.#rows = int32(capacity * this.#stride);
    this.#used = uint8(capacity);
    this.#mask = capacity - 1;
    for (let slot = 0; slot < old; slot++) if (used[slot] === 1) this.#put(rows, slot * this.#stride);
    return true;
  }
}
