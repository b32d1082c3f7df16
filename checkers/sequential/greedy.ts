// A guess at an order, in one pass: reads as soon as they are legal, and a write only when nobody still has to read what it overwrites.
import type { Edges } from './edges.js';
import { NONE } from './operations.js';
import { AMBIGUOUS, type Problem } from './problem.js';

export interface Guess {
  /** The nodes in an order; null: the guess led to a dead end. Without optional operations. */
  order: Int32Array | null;
  /** Dead end: what had been placed, in that order. */
  placed: Int32Array;
  /** Dead end: version of each key. */
  current: Int32Array;
  /** Dead end: predecessors of each node that are not placed. */
  waiting: Int32Array;
}

/** `wishes`: pairs of nodes (`before, after, before, after, …`) that should come in this order. */
export function guessOrder(
  problem: Problem,
  edges: Edges | null,
  priority: Int32Array,
  wishes: readonly number[] = [],
): Guess {
  return new Greedy(problem, edges, priority, wishes).run();
}

class Greedy {
  readonly #problem: Problem;
  readonly #edges: Edges | null;
  /** Predecessors that are not placed yet. */
  readonly #waiting: Int32Array;
  /** Operations that still have to read a version. */
  readonly #readers: Int32Array;
  /** Version of each key. */
  readonly #current: Int32Array;
  /** Operations whose turn it is, but not whose version: a list for each version. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  /** Writes whose turn it is, but someone still has to read what they overwrite; by key. */
  readonly #held = new Map<number, number[]>();
  readonly #heap: Heap;
  readonly #order: Int32Array;
  #placed = 0;
  readonly #ready: number[] = [];
  /** Successors beyond chains and edges. */
  readonly #successors: ReadonlyMap<number, readonly number[]>;

  constructor(problem: Problem, edges: Edges | null, priority: Int32Array, wishes: readonly number[]) {
    this.#problem = problem;
    this.#edges = edges;
    const { count, versions, position, reads, optional, initial, branches } = problem;
    this.#waiting = new Int32Array(count);
    this.#readers = new Int32Array(versions);
    this.#current = initial.slice();
    this.#first = new Int32Array(versions).fill(NONE);
    this.#next = new Int32Array(count);
    this.#heap = new Heap(priority);
    this.#order = new Int32Array(count);
    for (let n = 0; n < count; n++) {
      if (position[n]! > 0) this.#waiting[n]!++;
      if (optional[n] === 0 && reads[n] !== NONE) this.#readers[reads[n]!]!++;
    }
    const pairs = edges === null ? [...branches, ...wishes] : wishes;
    this.#successors = successorsOf(pairs);
    for (let i = 1; i < pairs.length; i += 2) this.#waiting[pairs[i]!]!++;
    for (let e = 0; e < (edges?.count ?? 0); e++) this.#waiting[edges!.to[e]!]!++;
    for (let n = count - 1; n >= 0; n--) if (this.#waiting[n] === 0) this.#ready.push(n);
  }

  run(): Guess {
    const { optional, count, key } = this.#problem;
    for (;;) {
      for (let n = this.#ready.pop(); n !== undefined; n = this.#ready.pop()) this.#arrive(n);
      const n = this.#heap.pop();
      if (n === NONE) break;
      const k = key[n]!;
      if (this.#isNeeded(this.#current[k]!)) {
        const held = this.#held.get(k);
        if (held === undefined) this.#held.set(k, [n]);
        else held.push(n);
      } else {
        this.#place(n);
      }
    }
    let left = count - this.#placed;
    for (let n = 0; n < count; n++) if (optional[n] === 1) left--;
    const placed = this.#order.subarray(0, this.#placed);
    return { order: left === 0 ? placed : null, placed, current: this.#current, waiting: this.#waiting };
  }

  #isNeeded(version: number): boolean {
    return this.#readers[version]! > 0 && this.#problem.writer[version] !== AMBIGUOUS;
  }

  /** All predecessors of `n` are placed. */
  #arrive(n: number): void {
    const { reads, writes, optional, key } = this.#problem;
    if (optional[n] === 1) return;
    const version = reads[n]!;
    if (version === NONE) {
      this.#heap.push(n);
    } else if (this.#current[key[n]!] === version && (writes[n] === NONE || this.#isLastReader(version))) {
      this.#place(n);
    } else {
      this.#next[n] = this.#first[version]!;
      this.#first[version] = n;
    }
  }

  #isLastReader(version: number): boolean {
    return this.#readers[version] === 1 || this.#problem.writer[version] === AMBIGUOUS;
  }

  #place(n: number): void {
    const { reads, writes, key } = this.#problem;
    this.#order[this.#placed++] = n;
    this.#release(n);
    const version = reads[n]!;
    if (version !== NONE) {
      this.#readers[version]!--;
      if (writes[n] === NONE) this.#freed(version, key[n]!);
    }
    if (writes[n] === NONE) return;
    this.#current[key[n]!] = writes[n]!;
    this.#wake(writes[n]!);
    if (this.#readers[writes[n]!] === 0) this.#unhold(key[n]!);
  }

  /** A reader of a version that is still there was placed. */
  #freed(version: number, key: number): void {
    if (this.#readers[version] === 0) this.#unhold(key);
    else if (this.#readers[version] === 1 && this.#first[version] !== NONE) this.#wake(version);
  }

  /** Lets those who wait for a version try again. */
  #wake(version: number): void {
    let n = this.#first[version]!;
    this.#first[version] = NONE;
    for (; n !== NONE; n = this.#next[n]!) this.#ready.push(n);
  }

  #unhold(key: number): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    for (const n of held) this.#heap.push(n);
  }

  #release(n: number): void {
    const { chain, position, chainStart, chainNodes } = this.#problem;
    const next = chainStart[chain[n]!]! + position[n]! + 1;
    if (next < chainStart[chain[n]! + 1]!) this.#arrived(chainNodes[next]!);
    const edges = this.#edges;
    if (edges !== null) for (let e = edges.headOut[n]!; e !== NONE; e = edges.nextOut[e]!) this.#arrived(edges.to[e]!);
    if (this.#successors.size === 0) return;
    for (const m of this.#successors.get(n) ?? []) this.#arrived(m);
  }

  #arrived(n: number): void {
    if (--this.#waiting[n]! === 0) this.#ready.push(n);
  }
}

function successorsOf(pairs: readonly number[]): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < pairs.length; i += 2) {
    const list = lists.get(pairs[i]!);
    if (list === undefined) lists.set(pairs[i]!, [pairs[i + 1]!]);
    else list.push(pairs[i + 1]!);
  }
  return lists;
}

/** Nodes by priority, the lowest first; of equals the one with the lowest number. */
class Heap {
  readonly #priority: Int32Array;
  readonly #nodes: number[] = [];

  constructor(priority: Int32Array) {
    this.#priority = priority;
  }

  push(n: number): void {
    const nodes = this.#nodes;
    let at = nodes.push(n) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#isBefore(n, nodes[up]!)) break;
      nodes[at] = nodes[up]!;
      at = up;
    }
    nodes[at] = n;
  }

  /** NONE when there is none. */
  pop(): number {
    const nodes = this.#nodes;
    const top = nodes[0];
    const n = nodes.pop();
    if (top === undefined || n === undefined || nodes.length === 0) return top ?? NONE;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= nodes.length) break;
      if (down + 1 < nodes.length && this.#isBefore(nodes[down + 1]!, nodes[down]!)) down++;
      if (!this.#isBefore(nodes[down]!, n)) break;
      nodes[at] = nodes[down]!;
      at = down;
    }
    nodes[at] = n;
    return top;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#priority[a]! - this.#priority[b]!;
    return difference === 0 ? a < b : difference < 0;
  }
}
