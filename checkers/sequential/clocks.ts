// For every node, how far into each chain its predecessors reach: one look tells whether one node must come before another.
import type { Edges } from './edges.js';
import { NONE } from './operations.js';
import type { Problem } from './problem.js';

/** Integers that the clocks may take: 256 MB. */
export const MOST_CELLS = 64 * 1024 * 1024;

export class Clocks {
  readonly #problem: Problem;
  readonly #edges: Edges;
  /** Row `n`: for each chain the last position that comes before `n` or is `n`; NONE: none does. */
  readonly cells: Int32Array;
  /** 1: the row of the node has grown since the last update before this one. */
  readonly changed: Uint8Array;
  /** 1: the row has grown since the last update. */
  readonly #touched: Uint8Array;
  /** Nodes whose predecessors were all done; shorter than the problem when there is a cycle. */
  readonly #order: Int32Array;
  readonly #waiting: Int32Array;

  constructor(problem: Problem, edges: Edges) {
    this.#problem = problem;
    this.#edges = edges;
    this.cells = new Int32Array(problem.count * problem.chains);
    this.changed = new Uint8Array(problem.count);
    this.#touched = new Uint8Array(problem.count);
    this.#order = new Int32Array(problem.count);
    this.#waiting = new Int32Array(problem.count);
  }

  /** True when `before` comes before `after`, or is it, as far as is known. */
  precedes(before: number, after: number): boolean {
    const { chain, position, chains } = this.#problem;
    return this.cells[after * chains + chain[before]!]! >= position[before]!;
  }

  /** Takes over what is known of `before` as what comes before `after`; what comes after that learns of it at the next update. */
  join(before: number, after: number): void {
    const { chains } = this.#problem;
    if (joinRows(this.cells, after * chains, before * chains, chains)) this.#touched[after] = 1;
  }

  /** Works the rows out from the first edges alone, if these form no cycle; false: they do, and the rows are of no use. */
  rebuild(edges: number): boolean {
    const { count, chains, chain, position } = this.#problem;
    if (!this.isAcyclic(edges)) return false;
    const cells = this.cells;
    const { headIn, nextIn, from } = this.#edges;
    cells.fill(NONE);
    for (let i = 0; i < count; i++) {
      const n = this.#order[i]!;
      const row = n * chains;
      if (position[n]! > 0) joinRows(cells, row, this.#previous(n) * chains, chains);
      for (let e = headIn[n]!; e !== NONE; e = nextIn[e]!) {
        // A row that reaches as far already has nothing to add.
        if (e < edges && !this.precedes(from[e]!, n)) joinRows(cells, row, from[e]! * chains, chains);
      }
      cells[row + chain[n]!] = position[n]!;
    }
    this.changed.fill(1);
    this.#touched.fill(0);
    return true;
  }

  /** Hands on what was joined since the last update, if all edges form no cycle; false: they do. */
  update(): boolean {
    const { count, chains, position } = this.#problem;
    if (!this.isAcyclic(this.#edges.count)) return false;
    const { headIn, nextIn, from } = this.#edges;
    const { cells, changed } = this;
    changed.fill(0);
    for (let i = 0; i < count; i++) {
      const n = this.#order[i]!;
      const row = n * chains;
      let grown = this.#touched[n] === 1;
      const previous = position[n]! > 0 ? this.#previous(n) : NONE;
      if (previous !== NONE && changed[previous] === 1)
        grown = joinRows(cells, row, previous * chains, chains) || grown;
      for (let e = headIn[n]!; e !== NONE; e = nextIn[e]!) {
        if (changed[from[e]!] === 1) grown = joinRows(cells, row, from[e]! * chains, chains) || grown;
      }
      if (grown) changed[n] = 1;
    }
    this.#touched.fill(0);
    return true;
  }

  /** Whether the chains and the first edges form no cycle. */
  isAcyclic(edges: number): boolean {
    const { count, chain, position, chainStart, chainNodes } = this.#problem;
    const { headOut, nextOut, to } = this.#edges;
    const order = this.#order;
    const waiting = this.#waiting;
    for (let n = 0; n < count; n++) waiting[n] = position[n] === 0 ? 0 : 1;
    for (let e = 0; e < edges; e++) waiting[to[e]!]!++;
    let end = 0;
    for (let n = 0; n < count; n++) if (waiting[n] === 0) order[end++] = n;
    for (let i = 0; i < end; i++) {
      const n = order[i]!;
      const next = chainStart[chain[n]!]! + position[n]! + 1;
      if (next < chainStart[chain[n]! + 1]!) {
        const m = chainNodes[next]!;
        if (--waiting[m]! === 0) order[end++] = m;
      }
      for (let e = headOut[n]!; e !== NONE; e = nextOut[e]!) {
        if (e < edges && --waiting[to[e]!]! === 0) order[end++] = to[e]!;
      }
    }
    return end === count;
  }

  /** The nodes of a cycle that the last question found, each before the next: walks back until one comes again. */
  cycle(): number[] {
    const { headIn, nextIn, from } = this.#edges;
    const waiting = this.#waiting;
    const before = (n: number): number => {
      for (let e = headIn[n]!; e !== NONE; e = nextIn[e]!) if (waiting[from[e]!]! > 0) return from[e]!;
      return this.#previous(n);
    };
    const seen = new Map<number, number>();
    const path: number[] = [];
    for (let n = waiting.findIndex((left) => left > 0); !seen.has(n); n = before(n)) seen.set(n, path.push(n) - 1);
    const start = before(path.at(-1)!);
    return path.slice(seen.get(start)).reverse();
  }

  #previous(n: number): number {
    const { chain, position, chainStart, chainNodes } = this.#problem;
    return chainNodes[chainStart[chain[n]!]! + position[n]! - 1]!;
  }
}

/** True when the row has grown. */
function joinRows(cells: Int32Array, into: number, from: number, length: number): boolean {
  let grown = false;
  for (let c = 0; c < length; c++) {
    const one = cells[from + c]!;
    if (one <= cells[into + c]!) continue;
    cells[into + c] = one;
    grown = true;
  }
  return grown;
}
