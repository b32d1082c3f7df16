// Who has answered a question, each node once, until there are enough of them.

/** Sets of nodes are bit masks over their places in the cluster's list. */
export const MOST_VOTERS = 31;

/** The smallest number of nodes such that any two groups of this size have one in common. */
export function majorityOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
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
