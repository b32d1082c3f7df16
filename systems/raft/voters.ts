// Who votes, and what a majority of them has reached: the one place that knows the size of the cluster.

/** Values per voter (matched indexes, acknowledged stamps, votes) are arrays in the order of `ids`. */
export class Voters {
  readonly ids: readonly string[];
  /** Position of this node; -1 when it has no vote. */
  readonly self: number;
  readonly quorum: number;
  readonly #positions: Map<string, number>;
  readonly #sorted: Float64Array;

  constructor(ids: readonly string[], self: string) {
    this.ids = ids;
    this.self = ids.indexOf(self);
    this.quorum = Math.floor(ids.length / 2) + 1;
    this.#positions = new Map(ids.map((id, i) => [id, i]));
    this.#sorted = new Float64Array(ids.length);
  }

  /** -1: not a voter. */
  position(id: string): number {
    return this.#positions.get(id) ?? -1;
  }

  /** The highest value that a majority has reached. */
  reached(values: Float64Array): number {
    const sorted = this.#sorted;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      let at = i;
      while (at > 0 && sorted[at - 1]! < value) {
        sorted[at] = sorted[at - 1]!;
        at--;
      }
      sorted[at] = value;
    }
    return sorted[this.quorum - 1]!;
  }
}
