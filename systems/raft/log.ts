// The replicated log of one node: entries after the last snapshot in memory, everything that must survive on disk.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import type { Configuration, Configured } from './configuration.js';
import type { Entry } from './messages.js';

/** The state of a state machine after `index`, as a list of JSON items, so that it can be sent in parts. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly items: readonly unknown[];
  /** The members as of `index`; left out while they are those that the cluster began with. */
  readonly config?: Configuration;
}

/** Records of the durable log besides entries, which are stored as they are. */
interface BallotRecord {
  ballot: number;
  vote: string | null;
}
interface TruncationRecord {
  truncate: number;
}
interface SnapshotRecord extends Snapshot {
  ballot: number;
  vote: string | null;
}

const NOTHING: readonly Entry[] = [];

export class RaftLog {
  readonly #disk: DurableLog;
  /** Planted bug: the ballot never reaches the disk. */
  readonly #forgetful: boolean;
  #entries: Entry[] = [];
  /** Index and term of the entry before `#entries[0]`; not after the snapshot, so that slow followers find older entries. */
  #base = 0;
  #baseTerm = 0;
  /** The latest slice: a leader sends the same one to each follower. */
  #slice = NOTHING;
  #term = 0;
  #vote: string | null = null;
  /** Configurations from the snapshot on, oldest first; the first may be the snapshot's own. */
  #configured: Configured[] = [];
  snapshot: Snapshot | null = null;

  constructor(disk: DurableLog, forgetful: boolean) {
    this.#disk = disk;
    this.#forgetful = forgetful;
  }

  /** The current term, and whom this node voted for in it. */
  get term(): number {
    return this.#term;
  }

  get vote(): string | null {
    return this.#vote;
  }

  get last(): number {
    return this.#base + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#baseTerm;
  }

  /** The latest configuration, committed or not; null: the one that the cluster began with. */
  get configured(): Configured | null {
    return this.#configured.at(-1) ?? null;
  }

  /** Reads everything back after a crash. */
  recover(): void {
    const { snapshot, records } = this.#disk.recover();
    if (snapshot !== null) {
      const { ballot, vote, ...rest } = snapshot as SnapshotRecord;
      const { index, term, config } = rest;
      this.snapshot = rest;
      if (config !== undefined) this.#configured.push({ index, config });
      this.#base = index;
      this.#baseTerm = term;
      this.#term = ballot;
      this.#vote = vote;
    }
    for (const record of records as readonly (Entry | BallotRecord | TruncationRecord)[]) {
      if ('ballot' in record) {
        this.#term = record.ballot;
        this.#vote = record.vote;
      } else if ('truncate' in record) this.#cut(record.truncate);
      else this.#push(record);
    }
    if (this.#forgetful) this.#term = Math.max(this.#term, this.lastTerm);
  }

  /** Moves to a term, or votes in it. */
  cast(term: number, vote: string | null): void {
    this.#term = term;
    this.#vote = vote;
    if (!this.#forgetful) this.#disk.append({ ballot: term, vote } satisfies BallotRecord);
  }

  /** The term of an entry; -1 when it is not in memory: compacted, or not yet there. */
  termAt(index: number): number {
    if (index === this.#base) return this.#baseTerm;
    return this.#entries[index - this.#base - 1]?.term ?? -1;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - this.#base - 1];
  }

  append(entry: Entry): void {
    this.#push(entry);
    this.#disk.append(entry);
  }

  /** Removes the entry at `from` and all after it. */
  truncate(from: number): void {
    this.#cut(from);
    this.#disk.append({ truncate: from } satisfies TruncationRecord);
  }

  /** At most `limit` entries from `from` on, which must be in memory. */
  from(from: number, limit: number): readonly Entry[] {
    const start = from - this.#base - 1;
    const length = Math.min(limit, this.#entries.length - start);
    if (length <= 0) return NOTHING;
    const known = this.#slice;
    if (
      known.length === length &&
      known[0] === this.#entries[start] &&
      known[length - 1] === this.#entries[start + length - 1]
    ) {
      return known;
    }
    this.#slice = this.#entries.slice(start, start + length);
    return this.#slice;
  }

  /** The first index whose term is `term` or later, no later than `index`, whose own term that is. Terms never fall. */
  firstOfTerm(index: number): number {
    const term = this.termAt(index);
    let low = this.#base + 1;
    let high = index;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.termAt(middle) < term) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last index whose term is at most `term`; the base when there is none. */
  lastUpToTerm(term: number): number {
    let low = this.#base;
    let high = this.last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.termAt(middle) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Replaces all up to `snapshot.index` by it; the last `keep` of those entries stay in memory for slow followers. */
  compact(snapshot: Snapshot, keep: number): void {
    const config = this.#rebase(snapshot.index);
    const tail = this.from(snapshot.index + 1, Number.POSITIVE_INFINITY);
    this.#save(config === null ? snapshot : { ...snapshot, config }, tail);
    const base = Math.max(this.#base, snapshot.index - keep);
    const baseTerm = this.termAt(base);
    this.#entries = this.#entries.slice(base - this.#base);
    this.#base = base;
    this.#baseTerm = baseTerm;
  }

  /** Takes over a snapshot from the leader. Entries after it stay only if the log agrees with it. */
  install(snapshot: Snapshot): void {
    const agrees = this.termAt(snapshot.index) === snapshot.term;
    this.#entries = agrees ? this.#entries.slice(snapshot.index - this.#base) : [];
    const { index, config } = snapshot;
    this.#configured = agrees ? this.#configured.filter((known) => known.index > index) : [];
    if (config !== undefined) this.#configured.unshift({ index, config });
    this.#base = index;
    this.#baseTerm = snapshot.term;
    this.#save(snapshot, this.#entries.slice());
  }

  #save(snapshot: Snapshot, tail: readonly Entry[]): void {
    this.snapshot = snapshot;
    const ballot = this.#forgetful ? { ballot: 0, vote: null } : { ballot: this.#term, vote: this.#vote };
    this.#disk.replace({ ...snapshot, ...ballot } satisfies SnapshotRecord, tail);
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    if (entry.command !== null) return;
    const { index, config } = entry;
    if (config !== undefined) this.#configured.push({ index, config });
  }

  #cut(from: number): void {
    this.#entries.length = Math.max(0, from - this.#base - 1);
    while ((this.#configured.at(-1)?.index ?? 0) >= from) this.#configured.pop();
  }

  /** Forgets all configurations before the one in force at `index`, which it returns. */
  #rebase(index: number): Configuration | null {
    const configured = this.#configured;
    while (configured.length > 1 && configured[1]!.index <= index) configured.shift();
    const first = configured[0];
    return first === undefined || first.index > index ? null : first.config;
  }
}
