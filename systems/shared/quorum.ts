// What enough nodes have: who has answered a question, each node once, and how far they have come.

/** Sets of nodes are bit masks over their places in the cluster's list. */
export const MOST_VOTERS = 31;

/** The smallest number of nodes such that any two groups of this size have one in common. */
export function majorityOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/** Values from the highest on; every call of `reachedBy` begins anew. */
let sorted = new Float64Array(MOST_VOTERS);

/** The highest value that at least `count` of the nodes at these places have reached. `values` are by place. */
export function reachedBy(count: number, places: readonly number[], values: Float64Array): number {
  if (sorted.length < places.length) sorted = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) {
    const value = values[places[i]!]!;
    let at = i;
    while (at > 0 && sorted[at - 1]! < value) {
      sorted[at] = sorted[at - 1]!;
      at--;
    }
    sorted[at] = value;
  }
  return sorted[count - 1]!;
}

/** Counts distinct answers. A node is its place in the cluster's list, from 0 to `MOST_VOTERS` - 1. */
export class Quorum {
  readonly needed: number;
  #mask = 0;
  #count = 0;

  constructor(needed: number) {
    this.needed = needed;
  }

  get count(): number {
    return this.#count;
  }

  get reached(): boolean {
    return this.#count >= this.needed;
  }

  has(place: number): boolean {
    return (this.#mask & (1 << place)) !== 0;
  }

  /** Counts the node at `place`; false: it had been counted before. */
  add(place: number): boolean {
    if (this.has(place)) return false;
    this.#mask |= 1 << place;
    this.#count++;
    return true;
  }

  /** Forgets all answers: the question is a new one. */
  clear(): void {
    this.#mask = 0;
    this.#count = 0;
  }
}
