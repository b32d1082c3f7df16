// An order that grows and shrinks at its end, with what must be known there: how far each chain has come, what each key holds.
import type { Edges } from './edges.js';
import { NONE } from './operations.js';
import { AMBIGUOUS, type Problem } from './problem.js';

export class Chronicle {
  readonly #problem: Problem;
  readonly #edges: Edges | null;
  /** For each chain the position that comes next, then for each key its version. */
  readonly state: Int32Array;
  readonly #waiting: Int32Array;
  /** Operations that still have to read each version. */
  readonly #readers: Int32Array;
  readonly #order: Int32Array;
  /** What the key of each placed operation held before. */
  readonly #overwritten: Int32Array;
  #placed = 0;
  #left = 0;

  constructor(problem: Problem, edges: Edges | null) {
    this.#problem = problem;
    this.#edges = edges;
    const { count, chains, keys, initial, versions, reads, optional, branches } = problem;
    this.state = new Int32Array(chains + keys);
    this.state.set(initial, chains);
    this.#waiting = new Int32Array(count);
    this.#readers = new Int32Array(versions);
    this.#order = new Int32Array(count);
    this.#overwritten = new Int32Array(count);
    for (let n = 0; n < count; n++) {
      if (optional[n] === 1) continue;
      this.#left++;
      if (reads[n] !== NONE) this.#readers[reads[n]!]!++;
    }
    if (edges === null) for (let i = 1; i < branches.length; i += 2) this.#waiting[branches[i]!]!++;
    else for (let e = 0; e < edges.count; e++) this.#waiting[edges.to[e]!]!++;
  }

  get placed(): number {
    return this.#placed;
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  order(): Int32Array {
    return this.#order.slice(0, this.#placed);
  }

  /** The next operation of a chain; NONE: it is through. */
  front(chain: number): number {
    const { chainStart, chainNodes } = this.#problem;
    const at = chainStart[chain]! + this.state[chain]!;
    return at < chainStart[chain + 1]! ? chainNodes[at]! : NONE;
  }

  /** No constraint beyond its chain holds the operation back. */
  isFree(n: number): boolean {
    return this.#waiting[n] === 0;
  }

  current(key: number): number {
    return this.state[this.#problem.chains + key]!;
  }

  readers(version: number): number {
    return this.#readers[version]!;
  }

  /** Places all that can only do good: legal reads, and a cas where it is the last one to read what it overwrites. */
  settle(): void {
    const { chains } = this.#problem;
    for (let again = true; again; ) {
      again = false;
      for (let c = 0; c < chains; c++) {
        for (let n = this.front(c); n !== NONE && this.#isHarmless(n); n = this.front(c)) {
          this.place(n);
          again = true;
        }
      }
    }
  }

  #isHarmless(n: number): boolean {
    const { reads, writes, key, optional, writer } = this.#problem;
    const version = reads[n]!;
    if (version === NONE || optional[n] === 1 || !this.isFree(n) || this.current(key[n]!) !== version) return false;
    return writes[n] === NONE || (this.#readers[version] === 1 && writer[version] !== AMBIGUOUS);
  }

  place(n: number): void {
    const { chain, chains, key, reads, writes, optional } = this.#problem;
    this.#overwritten[this.#placed] = this.current(key[n]!);
    this.#order[this.#placed++] = n;
    this.state[chain[n]!]!++;
    if (optional[n] === 0) {
      this.#left--;
      if (reads[n] !== NONE) this.#readers[reads[n]!]!--;
    }
    if (writes[n] !== NONE) this.state[chains + key[n]!] = writes[n]!;
    this.#move(n, -1);
  }

  /** Takes operations back until `length` are left. */
  undo(length: number): void {
    const { chain, chains, key, reads, optional } = this.#problem;
    while (this.#placed > length) {
      const n = this.#order[--this.#placed]!;
      this.state[chain[n]!]!--;
      if (optional[n] === 0) {
        this.#left++;
        if (reads[n] !== NONE) this.#readers[reads[n]!]!++;
      }
      this.state[chains + key[n]!] = this.#overwritten[this.#placed]!;
      this.#move(n, 1);
    }
  }

  /** Counts `n` out of, or back into, what its successors wait for. */
  #move(n: number, by: number): void {
    const edges = this.#edges;
    if (edges !== null) {
      for (let e = edges.headOut[n]!; e !== NONE; e = edges.nextOut[e]!) this.#waiting[edges.to[e]!]! += by;
      return;
    }
    const { branches } = this.#problem;
    for (let i = 0; i < branches.length; i += 2) if (branches[i] === n) this.#waiting[branches[i + 1]!]! += by;
  }
}
