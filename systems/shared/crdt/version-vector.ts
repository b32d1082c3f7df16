// How many updates of each node a replica has seen: what two replicas compare before they exchange anything.
//
// Parker et al.: "Detection of mutual inconsistency in distributed systems", IEEE TSE 9(3), 1983.

/** A vector as JSON: node id -> number of its updates seen. */
export type Versions = Readonly<Record<string, number>>;

export class VersionVector {
  readonly #counts = new Map<string, number>();
  #json: Versions | null = null;

  /** The vector in a message or a log record; null when it is none. */
  static parse(value: unknown): VersionVector | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const vector = new VersionVector();
    for (const node of Object.keys(value)) {
      const count = (value as Record<string, unknown>)[node];
      if (!Number.isSafeInteger(count) || (count as number) < 0) return null;
      vector.advance(node, count as number);
    }
    return vector;
  }

  get(node: string): number {
    return this.#counts.get(node) ?? 0;
  }

  /** True when the update is among those seen. */
  has(node: string, count: number): boolean {
    return count <= this.get(node);
  }

  advance(node: string, count: number): void {
    if (count <= this.get(node)) return;
    this.#counts.set(node, count);
    this.#json = null;
  }

  /** Afterwards it has seen what either had. */
  join(other: VersionVector): void {
    for (const [node, count] of other.#counts) this.advance(node, count);
  }

  /** True when it has seen everything that the other has. */
  covers(other: VersionVector): boolean {
    for (const [node, count] of other.#counts) if (count > this.get(node)) return false;
    return true;
  }

  /** All updates seen, of all nodes. */
  get total(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** The same immutable object until the vector changes. */
  toJSON(): Versions {
    if (this.#json !== null) return this.#json;
    const json: Record<string, number> = {};
    for (const [node, count] of this.#counts) json[node] = count;
    this.#json = json;
    return json;
  }
}
