// Who votes, and what a majority of them has reached: the one place that knows the members of the cluster.
import { majorityOf, reachedBy } from '../shared/quorum.js';
import type { Configuration } from './configuration.js';

/** A set of nodes of which a majority decides. */
interface Group {
  positions: readonly number[];
  quorum: number;
}

/**
 * Values per node (matched indexes, acknowledged stamps, votes) are arrays by position. A node keeps its position as long as
 * this one lives, member or not.
 */
export class Voters {
  /** By position. */
  readonly ids: string[] = [];
  /** Position of this node, which need not be a member. */
  readonly self: number;
  readonly #positions = new Map<string, number>();
  readonly #groups: Group[] = [];
  #learners: readonly string[] = [];
  #peers: readonly number[] = [];

  constructor(config: Configuration, self: string) {
    for (const id of config.members) this.#place(id);
    this.self = this.#place(self);
    this.adopt(config);
  }

  /** Positions of all others that a leader keeps up to date: voters and learners. */
  get peers(): readonly number[] {
    return this.#peers;
  }

  /** This node has a vote. */
  get votes(): boolean {
    return this.votesAt(this.self);
  }

  /** This node decides alone. */
  get alone(): boolean {
    return this.#groups.length === 1 && this.#groups[0]!.positions.length === 1 && this.votes;
  }

  /** -1: a node that was never heard of. */
  position(id: string): number {
    return this.#positions.get(id) ?? -1;
  }

  votesAt(position: number): boolean {
    return this.#groups.some(({ positions }) => positions.includes(position));
  }

  tracks(position: number): boolean {
    return this.#peers.includes(position);
  }

  /** Another configuration is in force. */
  adopt({ members, next }: Configuration): void {
    this.#groups.length = 0;
    for (const ids of next === null ? [members] : [members, next]) {
      this.#groups.push({ positions: ids.map((id) => this.#place(id)), quorum: majorityOf(ids.length) });
    }
    this.#arrange();
  }

  /** Those that a leader keeps up to date although they have no vote. */
  teach(learners: readonly string[]): void {
    this.#learners = learners;
    for (const id of learners) this.#place(id);
    this.#arrange();
  }

  get learners(): readonly string[] {
    return this.#learners;
  }

  /** The highest value that a majority has reached; of both groups while a change is under way. */
  reached(values: Float64Array): number {
    let reached = Number.POSITIVE_INFINITY;
    for (const { positions, quorum } of this.#groups) {
      reached = Math.min(reached, reachedBy(quorum, positions, values));
    }
    return reached;
  }

  /** Enough have granted theirs (1). */
  agreed(granted: Uint8Array): boolean {
    return this.#groups.every(({ positions, quorum }) => {
      let votes = 0;
      for (const position of positions) votes += granted[position]!;
      return votes >= quorum;
    });
  }

  #place(id: string): number {
    let position = this.#positions.get(id);
    if (position === undefined) {
      position = this.ids.length;
      this.ids.push(id);
      this.#positions.set(id, position);
    }
    return position;
  }

  #arrange(): void {
    const peers: number[] = [];
    for (let i = 0; i < this.ids.length; i++) {
      if (i !== this.self && (this.votesAt(i) || this.#learners.includes(this.ids[i]!))) peers.push(i);
    }
    this.#peers = peers;
  }
}
