// A tree of hashes over the space of key hashes: two replicas find what differs between them without comparing what does not.
//
// Merkle, "A digital signature based on a conventional encryption function", CRYPTO 1987; for anti-entropy Dynamo (2007), 4.7.
import { mix32 } from './hash-ring.js';

/**
 * Level 0 is the root; level i + 1 has `fanouts[i]` children below each node of level i. A leaf covers an equal part of the
 * space of 32-bit hashes. A leaf's hash is the xor of its items' hashes, an inner node's the xor of its children's, scrambled
 * with their place: so a change costs one step for each level. All sizes are powers of two.
 */
export class MerkleTree {
  readonly #levels: readonly Uint32Array[];
  readonly #bits: readonly number[];

  constructor(fanouts: readonly number[]) {
    const sizes = [1];
    for (const fanout of fanouts) sizes.push(sizes[sizes.length - 1]! * fanout);
    this.#levels = sizes.map((size) => new Uint32Array(size));
    this.#bits = sizes.map((size) => 31 - Math.clz32(size));
  }

  /** The node of a level that covers a hash. */
  index(level: number, position: number): number {
    const bits = this.#bits[level]!;
    return bits === 0 ? 0 : position >>> (32 - bits);
  }

  hash(level: number, index: number): number {
    return this.#levels[level]![index]!;
  }

  /** Number of nodes of a level. */
  size(level: number): number {
    return this.#levels[level]?.length ?? 0;
  }

  /** Children of a node, as indexes of the next level. */
  children(level: number, index: number): number[] {
    const fanout = this.size(level + 1) / this.size(level);
    return Array.from({ length: fanout }, (_, i) => index * fanout + i);
  }

  /** The item at `position` had the hash `before` (0: there was none) and has the hash `after` (0: it is gone). */
  change(position: number, before: number, after: number): void {
    let delta = before ^ after;
    for (let level = this.#levels.length - 1; level >= 0 && delta !== 0; level--) {
      const hashes = this.#levels[level]!;
      const index = this.index(level, position);
      const old = hashes[index]!;
      hashes[index] = old ^ delta;
      delta = atPlace(old, index) ^ atPlace(hashes[index]!, index);
    }
  }
}

/** An empty node counts nothing, wherever it is. */
function atPlace(hash: number, index: number): number {
  return hash === 0 ? 0 : mix32(hash ^ Math.imul(index + 1, 0x9e3779b1));
}
