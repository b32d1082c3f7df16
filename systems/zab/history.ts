// What a node must not forget: its transactions, its epochs and how often it was started. In memory, and on disk.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import type { Entry } from './messages.js';

/** The state of the machine after `zxid`, as a list of JSON items, so that it can be sent in parts. */
export interface Snapshot {
  readonly zxid: number;
  readonly items: readonly unknown[];
}

/** Records of the durable log besides transactions, which are stored as they are. */
type Mark =
  | { readonly starts: number }
  | { readonly accepted: number }
  | { readonly current: number }
  | { readonly truncate: number };

interface SnapshotRecord extends Snapshot {
  readonly starts: number;
  readonly accepted: number;
  readonly current: number;
}

const EMPTY: Snapshot = { zxid: 0, items: [] };

export class History {
  readonly #disk: DurableLog;
  /** By zxid. Some before the snapshot stay, so that followers that are a little behind need no snapshot. */
  #entries: Entry[] = [];
  /** The zxid before `#entries[0]`. */
  #base = 0;
  #marks = 0;
  #starts = 0;
  #accepted = 0;
  #current = 0;
  snapshot: Snapshot = EMPTY;

  constructor(disk: DurableLog) {
    this.#disk = disk;
  }

  /** How often the node was started, this time included. */
  get starts(): number {
    return this.#starts;
  }

  /** The epoch that this node has last promised to join: no leader of an earlier one can reach it any more. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The epoch whose leader's history this node has last taken over. */
  get current(): number {
    return this.#current;
  }

  /** The latest zxid in the history; 0: none. */
  get last(): number {
    return this.#entries.at(-1)?.zxid ?? this.#base;
  }

  /** Records on disk that a snapshot would do away with, besides transactions. */
  get marks(): number {
    return this.#marks;
  }

  /** Reads everything back after a crash, and counts the start. */
  recover(): void {
    const { snapshot, records } = this.#disk.recover();
    if (snapshot !== null) {
      const { zxid, items, starts, accepted, current } = snapshot as SnapshotRecord;
      this.snapshot = { zxid, items };
      this.#base = zxid;
      this.#starts = starts;
      this.#accepted = accepted;
      this.#current = current;
    }
    for (const record of records as readonly (Entry | Mark)[]) {
      if ('zxid' in record) {
        this.#entries.push(record);
        continue;
      }
      this.#marks++;
      if ('starts' in record) this.#starts = record.starts;
      else if ('accepted' in record) this.#accepted = record.accepted;
      else if ('current' in record) this.#current = record.current;
      else this.#cut(record.truncate);
    }
    this.#accepted = Math.max(this.#accepted, this.#current);
    this.#starts++;
    this.#mark({ starts: this.#starts });
  }

  accept(epoch: number): void {
    this.#accepted = epoch;
    this.#mark({ accepted: epoch });
  }

  /** The history is now that of the leader of `epoch`. Written last: an epoch on disk without its history would be a lie. */
  enter(epoch: number): void {
    this.#current = epoch;
    this.#mark({ current: epoch });
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#disk.append(entry);
  }

  /** Removes all transactions after `zxid`. */
  truncate(zxid: number): void {
    this.#cut(zxid);
    this.#mark({ truncate: zxid });
  }

  /** The latest zxid of the history that is not after `zxid`; -1: what comes after `zxid` is no longer in memory. */
  floor(zxid: number): number {
    if (zxid < this.#base) return -1;
    return this.#entries[this.#after(zxid) - 1]?.zxid ?? this.#base;
  }

  /** All transactions after `zxid` and not after `end`, oldest first. */
  between(zxid: number, end: number): readonly Entry[] {
    return this.#entries.slice(this.#after(zxid), this.#after(end));
  }

  /** Replaces all up to `snapshot.zxid` by it; the last `keep` of these transactions stay in memory for slow followers. */
  compact(snapshot: Snapshot, keep: number): void {
    const end = this.#after(snapshot.zxid);
    this.#save(snapshot, this.#entries.slice(end));
    const start = Math.max(0, end - keep);
    this.#base = this.#entries[start - 1]?.zxid ?? this.#base;
    if (start > 0) this.#entries = this.#entries.slice(start);
  }

  /** Takes over the history of the leader of `epoch` as a whole, in one step that a crash cannot divide. */
  install(snapshot: Snapshot, tail: readonly Entry[], epoch: number): void {
    this.#current = epoch;
    this.#entries = [...tail];
    this.#base = snapshot.zxid;
    this.#save(snapshot, tail);
  }

  /** Place of the first transaction after `zxid`. Most questions are about the latest ones. */
  #after(zxid: number): number {
    const entries = this.#entries;
    let high = entries.length;
    if (high === 0 || entries[high - 1]!.zxid <= zxid) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.zxid <= zxid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #mark(mark: Mark): void {
    this.#marks++;
    this.#disk.append(mark);
  }

  #save(snapshot: Snapshot, tail: readonly Entry[]): void {
    this.snapshot = snapshot;
    this.#marks = 0;
    const epochs = { accepted: this.#accepted, current: this.#current };
    this.#disk.replace({ ...snapshot, ...epochs, starts: this.#starts } satisfies SnapshotRecord, tail);
  }

  #cut(zxid: number): void {
    this.#entries.length = this.#after(zxid);
  }
}
