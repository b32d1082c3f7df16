// Sets of pending operations that took effect, as single integers: a configuration stays small however many clients crashed.
import { int32 } from '../../shared/columns.js';
import { grown, HashIndex, mix } from '../prepare/hash-index.js';
import type { Allowance } from './allowance.js';

/** The empty set. */
export const NONE = 0;

const FREE_NODES = 4096;
/** Three columns and about two slots of the index. */
const NODE_BYTES = 20;

/**
 * A set is its largest element and the set without it, so equal sets have equal numbers. Adding to a set rebuilds it from the
 * new element up, which is short: the operations in use tend to be recent ones.
 */
export class PendingSets {
  #count = 1;
  #largest = int32(16).fill(-1);
  #rest = int32(16);
  #size = int32(16);
  readonly #index = new HashIndex();
  readonly #path: number[] = [];
  readonly #allowance: Allowance;
  #charged = 0;
  readonly #hashOf = (row: number) => mix(mix(1, this.#largest[row]!), this.#rest[row]!);

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** More memory is in use than was allowed. */
  get starved(): boolean {
    return this.#charged > 0 && this.#allowance.bytes < 0;
  }

  /** Gives the memory back to the allowance; the sets must not be used any more. */
  release(): void {
    this.#allowance.bytes += this.#charged;
    this.#charged = 0;
  }

  /** The set with `element` (from 0, not yet in it) added. */
  add(set: number, element: number): number {
    const path = this.#path;
    path.length = 0;
    let base = set;
    for (; base !== NONE && this.#largest[base]! > element; base = this.#rest[base]!) path.push(this.#largest[base]!);
    let result = this.#node(element, base);
    for (let larger = path.pop(); larger !== undefined; larger = path.pop()) result = this.#node(larger, result);
    return result;
  }

  /** Whether every element of `part` is in `whole`. */
  within(part: number, whole: number): boolean {
    if (this.#size[part]! > this.#size[whole]!) return false;
    for (let [a, b] = [part, whole]; ; a = this.#rest[a]!, b = this.#rest[b]!) {
      while (a !== b && this.#largest[b]! > this.#largest[a]!) b = this.#rest[b]!;
      if (a === b || a === NONE) return true;
      if (this.#largest[a] !== this.#largest[b]) return false;
    }
  }

  /** All elements of both. */
  union(a: number, b: number): number {
    if (this.within(a, b)) return b;
    let all = a;
    for (const element of this.elements(b)) if (!this.has(all, element)) all = this.add(all, element);
    return all;
  }

  /** Number of elements. */
  size(set: number): number {
    return this.#size[set]!;
  }

  has(set: number, element: number): boolean {
    let at = set;
    while (this.#largest[at]! > element) at = this.#rest[at]!;
    return this.#largest[at] === element;
  }

  /** The elements that `keep` accepts. */
  filter(set: number, keep: (element: number) => boolean): number {
    const path = this.#path;
    path.length = 0;
    let same = set;
    for (let at = set; at !== NONE; at = this.#rest[at]!) {
      if (keep(this.#largest[at]!)) path.push(this.#largest[at]!);
      else same = NONE;
    }
    if (same === set) return set;
    let result = NONE;
    for (let element = path.pop(); element !== undefined; element = path.pop()) result = this.#node(element, result);
    return result;
  }

  /** The elements, ascending. */
  elements(set: number): number[] {
    const list: number[] = [];
    for (let at = set; at !== NONE; at = this.#rest[at]!) list.push(this.#largest[at]!);
    return list.reverse();
  }

  #node(largest: number, rest: number): number {
    const index = this.#index;
    let slot = index.first(mix(mix(1, largest), rest));
    for (let entry = index.slots[slot]!; entry !== 0; entry = index.slots[slot]!) {
      if (this.#largest[entry - 1] === largest && this.#rest[entry - 1] === rest) return entry - 1;
      slot = index.next(slot);
    }
    const node = this.#count++;
    if (node === this.#largest.length) {
      this.#largest = grown(this.#largest, node * 2);
      this.#rest = grown(this.#rest, node * 2);
      this.#size = grown(this.#size, node * 2);
      this.#charge(node);
    }
    this.#size[node] = this.#size[rest]! + 1;
    this.#largest[node] = largest;
    this.#rest[node] = rest;
    index.insert(slot, node, this.#hashOf);
    return node;
  }

  /** Charges what is beyond a small table of which every search may have one. */
  #charge(nodes: number): void {
    if (nodes < FREE_NODES) return;
    this.#allowance.bytes -= nodes * NODE_BYTES;
    this.#charged += nodes * NODE_BYTES;
  }
}
