// Who belongs to the cluster, and when enough of them have something: the one place that knows what each mode waits for.
import { majorityOf, reachedBy } from '../shared/quorum.js';
import { byMajority, type PrimaryBackupOptions } from './options.js';

/** A value for each member (what it has, what it answered), in the order of `ids`. */
export type PerMember = Float64Array;

/** The highest value that enough members have reached. `live`: 1 for each member that counts as live. */
type Rule = (values: PerMember, live: Uint8Array) => number;

export class Members {
  readonly ids: readonly string[];
  /** Position of this node. */
  readonly self: number;
  readonly majority: number;
  /** Enough to acknowledge a write. */
  readonly written: Rule;
  /** Enough to know that nobody else has become primary, as far as the election allows to know it. */
  readonly confirmed: Rule;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #places: readonly number[];

  constructor(ids: readonly string[], self: string, options: PrimaryBackupOptions) {
    this.ids = ids;
    this.self = ids.indexOf(self);
    this.majority = majorityOf(ids.length);
    this.#positions = new Map(ids.map((id, i) => [id, i]));
    this.#places = ids.map((_, i) => i);
    this.written = this.#writeRule(options);
    this.confirmed = byMajority(options) ? (values) => this.reached(values, this.majority) : this.written;
  }

  /** -1: not a member. */
  position(id: string): number {
    return this.#positions.get(id) ?? -1;
  }

  /** The highest value that `count` members have reached. */
  reached(values: PerMember, count: number): number {
    return reachedBy(count, this.#places, values);
  }

  #writeRule(options: PrimaryBackupOptions): Rule {
    switch (options.mode) {
      case 'async':
        return (values) => values[this.self]!;
      case 'semi-sync': {
        const copies = 1 + (options.acks === 0 ? this.majority - 1 : options.acks);
        return (values) => this.reached(values, copies);
      }
      case 'sync': {
        // Fewer than a majority may elect nobody: so a majority must have it too, however few count as live.
        if (byMajority(options)) {
          return (values, live) => Math.min(leastOfLive(values, live), this.reached(values, this.majority));
        }
        return leastOfLive;
      }
    }
  }
}

function leastOfLive(values: PerMember, live: Uint8Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (live[i] === 1 && values[i]! < least) least = values[i]!;
  return least;
}
