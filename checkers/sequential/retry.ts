// Guesses again after a dead end, with a wish that would have avoided it; many histories that are hard to search fall to this.
import { type Guess, guessOrder } from './greedy.js';
import { NONE } from './operations.js';
import type { Problem } from './problem.js';
import type { Saturated } from './saturate.js';

const MOST_GUESSES = 200;
/** Nodes that all guesses together may look at. */
const MOST_WORK = 10_000_000;

/** The nodes in an order, or null, which says nothing. `stop` is asked before each guess. */
export function orderByRetrying(
  problem: Problem,
  saturated: Saturated,
  priority: Int32Array,
  stop: () => boolean,
): Int32Array | null {
  const wishes: number[] = [];
  const known = new Set<string>();
  const guesses = Math.min(MOST_GUESSES, Math.max(2, Math.floor(MOST_WORK / (problem.count + 1))));
  for (let i = 0; i < guesses && !stop(); i++) {
    const guess = guessOrder(problem, saturated.edges, priority, wishes);
    if (guess.order !== null) return guess.order;
    const deadEnd = new DeadEnd(problem, saturated, wishes, guess);
    const wish = deadEnd.wish(known);
    if (wish !== null) {
      known.add(String(wish));
      wishes.push(...wish);
    } else if (deadEnd.vain !== NONE) {
      wishes.splice(deadEnd.vain, 2);
    } else {
      return null;
    }
  }
  return null;
}

/** A key in a circle of keys: none can move on until the next one does. */
interface Link {
  /** The write of what the key holds, and when that was placed; NONE: it is the initial version. */
  write: number;
  placedAt: number;
  /** The write that waits until everybody has read that. */
  held: number;
}

/**
 * Nothing can be placed: what each key holds still has readers, and these wait for another key to move on. In such a circle one
 * of the writes that wait should have come before what they would overwrite: best where that was placed last.
 */
class DeadEnd {
  readonly #problem: Problem;
  readonly #saturated: Saturated;
  readonly #wishes: readonly number[];
  readonly #guess: Guess;
  readonly #placedAt: Int32Array;
  /** First node of each chain that is not placed. */
  readonly #fronts: Int32Array;
  /** A node that still has to read what the key holds. */
  readonly #readers: Int32Array;
  /** Where a wish is that contradicts the constraints and the other wishes; NONE: none is known to. */
  vain = NONE;

  constructor(problem: Problem, saturated: Saturated, wishes: readonly number[], guess: Guess) {
    this.#problem = problem;
    this.#saturated = saturated;
    this.#wishes = wishes;
    this.#guess = guess;
    const { count, chains, keys, chain, chainNodes, key, reads, optional } = problem;
    this.#placedAt = new Int32Array(count).fill(NONE);
    for (const [at, n] of guess.placed.entries()) this.#placedAt[n] = at;
    this.#fronts = new Int32Array(chains).fill(NONE);
    this.#readers = new Int32Array(keys).fill(NONE);
    for (let i = chainNodes.length - 1; i >= 0; i--) {
      const n = chainNodes[i]!;
      if (this.#placedAt[n] !== NONE || optional[n] === 1) continue;
      this.#fronts[chain[n]!] = n;
      if (reads[n] === guess.current[key[n]!]) this.#readers[key[n]!] = n;
    }
  }

  /** A pair of nodes that should come in this order, and did not; null: there is none that was not wished for before. */
  wish(known: ReadonlySet<string>): [number, number] | null {
    const { clocks } = this.#saturated;
    for (const { write, held } of this.#circle().sort((a, b) => b.placedAt - a.placedAt)) {
      if (write < 0 || clocks.precedes(write, held) || known.has(String([held, write]))) continue;
      return [held, write];
    }
    return null;
  }

  #circle(): Link[] {
    const { chain, key, writer } = this.#problem;
    const links: Link[] = [];
    const at = new Map<number, number>();
    let k = this.#readers.findIndex((n) => n !== NONE);
    for (let held: number = NONE; ; k = key[held]!) {
      const known = at.get(k);
      if (known !== undefined) {
        links[known]!.held = held;
        return links.slice(known);
      }
      const reader = k < 0 ? NONE : this.#readers[k]!;
      if (reader === NONE) return [];
      const write = writer[this.#guess.current[k]!]!;
      at.set(k, links.push({ write, placedAt: write < 0 ? NONE : this.#placedAt[write]!, held }) - 1);
      held = this.#heldFrom(this.#fronts[chain[reader]!]!);
      if (held === NONE) return [];
    }
  }

  /** The write that waits for the readers of a key, and holds the node up. */
  #heldFrom(node: number): number {
    const { chain, key, reads, writer } = this.#problem;
    const { waiting, current } = this.#guess;
    const seen = new Set<number>();
    let wish = NONE;
    for (let n = node; n !== NONE; ) {
      if (seen.has(n)) {
        this.vain = wish;
        return NONE;
      }
      seen.add(n);
      if (waiting[n]! > 0) {
        const used = this.#wishFor(n);
        n = used === NONE ? this.#predecessor(n) : this.#fronts[chain[this.#wishes[used]!]!]!;
        if (used !== NONE) wish = used;
      } else if (reads[n] === NONE || reads[n] === current[key[n]!]) {
        return n;
      } else {
        const source = writer[reads[n]!]!;
        n = source < 0 ? NONE : this.#fronts[chain[source]!]!;
      }
    }
    return NONE;
  }

  /** A node that is not placed and has to come before; the first one of its chain. */
  #predecessor(n: number): number {
    const { chain } = this.#problem;
    const { headIn, nextIn, from } = this.#saturated.edges;
    for (let e = headIn[n]!; e !== NONE; e = nextIn[e]!) {
      if (this.#placedAt[from[e]!] === NONE) return this.#fronts[chain[from[e]!]!]!;
    }
    const front = this.#fronts[chain[n]!]!;
    return front === n ? NONE : front;
  }
  /** Where a wish is that the node should wait for another one, which is not placed; NONE: there is none. */
  #wishFor(n: number): number {
    const wishes = this.#wishes;
    for (let i = 0; i < wishes.length; i += 2) {
      if (wishes[i + 1] === n && this.#placedAt[wishes[i]!] === NONE) return i;
    }
    return NONE;
  }
}
