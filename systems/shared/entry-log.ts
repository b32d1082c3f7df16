// The log of a node that follows leaders: entries after a snapshot in memory, everything that must survive on disk.
import type { DurableLog } from '../../framework/contracts/protocol.js';

/** One entry of the log. A null command is an empty entry, such as a leader begins its term with. */
export interface Entry {
  readonly index: number;
  /** When its leader led: the number that tells leaders apart, which never falls from one entry to the next. */
  readonly term: number;
  readonly command: unknown;
}

/** The state of a state machine after `index`, as a list of JSON items, so that it can be sent in parts. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly items: readonly unknown[];
}

/** Records of the durable log besides entries, which are stored as they are. */
interface BallotRecord {
  readonly ballot: number;
  readonly vote: string | null;
}
interface TruncationRecord {
  readonly truncate: number;
}

const NOTHING: readonly never[] = [];
const EMPTY: Snapshot = { index: 0, term: 0, items: [] };

const whole = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The shape of entries that follow the one at `prev`. */
export function areEntries(entries: unknown, prev: number): entries is readonly Entry[] {
  if (!Array.isArray(entries)) return false;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Partial<Entry> | null | undefined;
    if (entry === null || typeof entry !== 'object') return false;
    if (entry.index !== prev + 1 + i || !whole(entry.term) || entry.command === undefined) return false;
  }
  return true;
}

export class EntryLog<E extends Entry = Entry, S extends Snapshot = Snapshot> {
  readonly #disk: DurableLog;
  /** Planted bug: term and vote never reach the disk. */
  readonly #forgetful: boolean;
  #entries: E[] = [];
  /** Index and term of the entry before `#entries[0]`; not after the snapshot, so that slow followers find older entries. */
  #base = 0;
  #baseTerm = 0;
  /** The latest slice: a leader sends the same one to each follower. */
  #slice: readonly E[] = NOTHING;
  #term = 0;
  #vote: string | null = null;
  #snapshot = EMPTY as S;

  constructor(disk: DurableLog, forgetful = false) {
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

  /** Entries at or before this index are not in memory, but for the term of this one. */
  get base(): number {
    return this.#base;
  }

  /** The latest snapshot; entries up to its index cannot be taken back. */
  get snapshot(): S {
    return this.#snapshot;
  }

  /** Reads everything back after a crash. */
  recover(): void {
    const { snapshot, records } = this.#disk.recover();
    if (snapshot !== null) {
      const { ballot, vote, ...rest } = snapshot as S & BallotRecord;
      this.#term = ballot;
      this.#vote = vote;
      this.#begin(rest as unknown as S, []);
    }
    for (const record of records as readonly (E | BallotRecord | TruncationRecord)[]) {
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

  /** A log that ends like this is at least as up-to-date as this one (Raft, section 5.4.1). */
  isCoveredBy(last: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && last >= this.last);
  }

  at(index: number): E | undefined {
    return this.#entries[index - this.#base - 1];
  }

  append(entry: E): void {
    this.#push(entry);
    this.#disk.append(entry);
  }

  /** Removes the entry at `from`, which is after the snapshot, and all that follow. */
  truncate(from: number): void {
    this.#cut(from);
    this.#disk.append({ truncate: from } satisfies TruncationRecord);
  }

  /** At most `limit` entries from `from` on, which must be in memory. */
  from(from: number, limit: number): readonly E[] {
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

  /** The first index in memory whose term is that of `index`, which is in memory itself. */
  firstOfTerm(index: number): number {
    const term = this.termAt(index);
    return this.#search(this.#base + 1, index, (at) => this.termAt(at) >= term);
  }

  /** The last index whose term is at most `term`; the base when there is none. */
  lastUpToTerm(term: number): number {
    return this.#search(this.#base + 1, this.last + 1, (at) => this.termAt(at) > term) - 1;
  }

  /** Replaces all up to `snapshot.index` by it; the last `keep` of those entries stay in memory for slow followers. */
  compact(snapshot: S, keep: number): void {
    this.#save(snapshot, this.from(snapshot.index + 1, Number.POSITIVE_INFINITY));
    const base = Math.max(this.#base, snapshot.index - keep);
    const baseTerm = this.termAt(base);
    this.#entries = this.#entries.slice(base - this.#base);
    this.#base = base;
    this.#baseTerm = baseTerm;
  }

  /** Takes over a snapshot from the leader. Entries after it stay only if the log agrees with it. */
  install(snapshot: S): void {
    const { index, term } = snapshot;
    const agrees = index >= this.#snapshot.index && this.termAt(index) === term;
    this.#begin(snapshot, agrees ? this.#entries.slice(index - this.#base) : []);
    this.#save(snapshot, this.#entries.slice());
  }

  /** An entry is in the log, at its end; it may have been there before a crash. */
  protected added(_entry: E): void {}

  /** Entries from `from` on are no longer in the log. */
  protected removed(_from: number): void {}

  /** The log begins with a snapshot that this node has not taken in this life. Entries up to `last` have stayed. */
  protected taken(_snapshot: S, _last: number): void {}

  #begin(snapshot: S, tail: E[]): void {
    this.#snapshot = snapshot;
    this.#base = snapshot.index;
    this.#baseTerm = snapshot.term;
    this.#entries = tail;
    this.taken(snapshot, this.last);
  }

  #save(snapshot: S, tail: readonly E[]): void {
    this.#snapshot = snapshot;
    const ballot = this.#forgetful ? { ballot: 0, vote: null } : { ballot: this.#term, vote: this.#vote };
    this.#disk.replace({ ...snapshot, ...ballot } satisfies Snapshot & BallotRecord, tail);
  }

  #push(entry: E): void {
    this.#entries.push(entry);
    this.added(entry);
  }

  #cut(from: number): void {
    this.#entries.length = Math.max(0, from - this.#base - 1);
    this.removed(from);
  }

  /** The first index from `low` on, before `high`, for which `holds`; `high` when there is none. */
  #search(low: number, high: number, holds: (index: number) => boolean): number {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (holds(middle)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
