// The log that a primary ships, as one node holds it: entries after a snapshot in memory, all that must survive on disk.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import type { Entry } from './messages.js';

/** The state after `index`, as a list of JSON items, so that it can be sent in parts. */
export interface Snapshot {
  readonly index: number;
  readonly epoch: number;
  readonly items: readonly unknown[];
}

/** Records of the durable log besides entries, which are stored as they are. */
interface ReignRecord {
  reign: number;
  vote: string | null;
}
interface TruncationRecord {
  truncate: number;
}
interface SnapshotRecord extends Snapshot {
  reign: number;
  vote: string | null;
}

const NOTHING: readonly Entry[] = [];
const EMPTY: Snapshot = { index: 0, epoch: 0, items: [] };

export class ShippedLog {
  readonly #disk: DurableLog;
  #entries: Entry[] = [];
  /** Index and epoch of the entry before `#entries[0]`; not after the snapshot, so that slow backups find older entries. */
  #base = 0;
  #baseEpoch = 0;
  /** The latest slice: a primary ships the same one to each backup. */
  #slice = NOTHING;
  #epoch = 0;
  #vote: string | null = null;
  #snapshot = EMPTY;

  constructor(disk: DurableLog) {
    this.#disk = disk;
  }

  /** The current epoch, and whom this node has given it to. */
  get epoch(): number {
    return this.#epoch;
  }

  get vote(): string | null {
    return this.#vote;
  }

  get last(): number {
    return this.#base + this.#entries.length;
  }

  get lastEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? this.#baseEpoch;
  }

  /** Entries at or before this index are not in memory, but for the epoch of this one. */
  get base(): number {
    return this.#base;
  }

  /** The latest snapshot; entries up to its index cannot be taken back. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Reads everything back after a crash. */
  recover(): void {
    const { snapshot, records } = this.#disk.recover();
    if (snapshot !== null) {
      const { index, epoch, items, reign, vote } = snapshot as SnapshotRecord;
      this.#snapshot = { index, epoch, items };
      this.#base = index;
      this.#baseEpoch = epoch;
      this.#epoch = reign;
      this.#vote = vote;
    }
    for (const record of records as readonly (Entry | ReignRecord | TruncationRecord)[]) {
      if ('reign' in record) {
        this.#epoch = record.reign;
        this.#vote = record.vote;
      } else if ('truncate' in record) this.#cut(record.truncate);
      else this.#entries.push(record);
    }
  }

  /** Moves to an epoch, or gives it to a node. */
  cast(epoch: number, vote: string | null): void {
    this.#epoch = epoch;
    this.#vote = vote;
    this.#disk.append({ reign: epoch, vote } satisfies ReignRecord);
  }

  /** The epoch of an entry; -1 when it is not in memory: compacted, or not yet there. */
  epochAt(index: number): number {
    if (index === this.#base) return this.#baseEpoch;
    return this.#entries[index - this.#base - 1]?.epoch ?? -1;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - this.#base - 1];
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#disk.append(entry);
  }

  /** Removes the entry at `from`, which is after the snapshot, and all that follow. */
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

  /** The first index in memory whose epoch is that of `index`, which is in memory itself. Epochs never fall. */
  firstOfEpoch(index: number): number {
    const epoch = this.epochAt(index);
    return this.#search(this.#base + 1, index, (at) => this.epochAt(at) >= epoch);
  }

  /** The last index whose epoch is at most `epoch`; the base when there is none. */
  lastUpToEpoch(epoch: number): number {
    return this.#search(this.#base + 1, this.last + 1, (at) => this.epochAt(at) > epoch) - 1;
  }

  /** Replaces all up to `snapshot.index` by it; the last `keep` of those entries stay in memory for slow backups. */
  compact(snapshot: Snapshot, keep: number): void {
    this.#save(snapshot, this.from(snapshot.index + 1, Number.POSITIVE_INFINITY));
    const base = Math.max(this.#base, snapshot.index - keep);
    const baseEpoch = this.epochAt(base);
    this.#entries = this.#entries.slice(base - this.#base);
    this.#base = base;
    this.#baseEpoch = baseEpoch;
  }

  /** Takes over a snapshot from the primary. Entries after it stay only if the log agrees with it. */
  install(snapshot: Snapshot): void {
    const agrees = snapshot.index >= this.#snapshot.index && this.epochAt(snapshot.index) === snapshot.epoch;
    this.#entries = agrees ? this.#entries.slice(snapshot.index - this.#base) : [];
    this.#base = snapshot.index;
    this.#baseEpoch = snapshot.epoch;
    this.#save(snapshot, this.#entries.slice());
  }

  #save(snapshot: Snapshot, tail: readonly Entry[]): void {
    this.#snapshot = snapshot;
    this.#disk.replace({ ...snapshot, reign: this.#epoch, vote: this.#vote } satisfies SnapshotRecord, tail);
  }

  #cut(from: number): void {
    this.#entries.length = Math.max(0, from - this.#base - 1);
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
