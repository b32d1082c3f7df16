// Sends snapshots part by part over a network that loses, repeats and reorders messages, and puts them together again.
import type { Snapshot } from './entry-log.js';

interface Transfer<S> {
  readonly snapshot: S;
  /** Items that the receiver has. */
  offset: number;
}

/** The next part of a snapshot. */
export interface Part<S> {
  readonly snapshot: S;
  readonly offset: number;
  readonly items: readonly unknown[];
  readonly last: boolean;
}

/** The sender's side: one transfer to each node, by its place, which keeps its snapshot however many newer ones are taken. */
export class SnapshotTransfers<S extends Snapshot = Snapshot> {
  readonly #chunk: number;
  readonly #transfers: (Transfer<S> | null)[] = [];

  /** `chunk`: items in one part. */
  constructor(chunk: number) {
    this.#chunk = chunk;
  }

  sending(to: number): boolean {
    return (this.#transfers[to] ?? null) !== null;
  }

  /** What to send next; a transfer that is not under way begins, with `latest`. */
  next(to: number, latest: S): Part<S> {
    this.#transfers[to] ??= { snapshot: latest, offset: 0 };
    const { snapshot, offset } = this.#transfers[to];
    const end = offset + this.#chunk;
    return { snapshot, offset, items: snapshot.items.slice(offset, end), last: end >= snapshot.items.length };
  }

  /** The node has the snapshot of `index`. */
  sent(to: number, index: number): void {
    if (this.#transfers[to]?.snapshot.index === index) this.#transfers[to] = null;
  }

  /** The node wants the transfer to go on at `offset`; false: an old answer. */
  wants(to: number, index: number, offset: number): boolean {
    const transfer = this.#transfers[to] ?? null;
    if (transfer === null || transfer.snapshot.index !== index || offset > transfer.snapshot.items.length) return false;
    transfer.offset = offset;
    return true;
  }

  /** The node begins with `snapshot`, unless it has a part of another one. */
  begin(to: number, snapshot: S): void {
    if ((this.#transfers[to]?.offset ?? 0) === 0) this.#transfers[to] = { snapshot, offset: 0 };
  }

  /** The node begins anew. */
  forget(to: number): void {
    this.#transfers[to] = null;
  }

  /** Somebody else has led meanwhile: old transfers are void. */
  reset(): void {
    this.#transfers.fill(null);
  }
}

/** The receiver's side: one snapshot at a time. A transfer that was broken off goes on where it ended. */
export class SnapshotParts {
  #index = 0;
  #term = 0;
  #items: unknown[] = [];

  /** The next item wanted. */
  get offset(): number {
    return this.#items.length;
  }

  /** Adds items of the snapshot of `index`, if they are the next ones; false: they are not. */
  add(index: number, term: number, offset: number, items: readonly unknown[]): boolean {
    if (index !== this.#index || term !== this.#term) {
      this.clear();
      this.#index = index;
      this.#term = term;
    }
    if (offset !== this.#items.length) return false;
    for (const item of items) this.#items.push(item);
    return true;
  }

  /** All items so far; forgets them. */
  take(): readonly unknown[] {
    const items = this.#items;
    this.clear();
    return items;
  }

  clear(): void {
    this.#index = 0;
    this.#term = 0;
    this.#items = [];
  }
}
