// Snapshots: keeps the log short, and brings up followers that need entries which are gone (paper 7).

import type { Snapshot } from './log.js';
import type { Install } from './messages.js';
import type { Raft } from './raft.js';

interface Transfer {
  snapshot: Snapshot;
  /** Items that the follower has. */
  offset: number;
}

export class Snapshots {
  readonly #raft: Raft;
  readonly #every: number;
  /** By position; a transfer keeps its snapshot, however many newer ones are taken meanwhile. */
  readonly #transfers: (Transfer | null)[] = [];
  /** Planted bug: the state as it was copied, some entries before the snapshot is labelled. */
  #early: readonly unknown[] | null = null;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#every = raft.options['snapshot-every'];
  }

  /** Entries were applied: takes a snapshot if it is time. */
  applied(): void {
    const { log, applied, machine, options } = this.#raft;
    const since = applied - log.snapshot.index;
    if (options.bug === 'split-snapshot' && this.#early === null && since >= this.#every / 2) {
      this.#early = machine.snapshot();
    }
    if (since < this.#every) return;
    const items = this.#early ?? machine.snapshot();
    this.#early = null;
    log.compact({ index: applied, term: log.termAt(applied), items }, this.#every >> 2);
  }

  /** A snapshot came from the leader. */
  installed(): void {
    this.#early = null;
  }

  sending(to: number): boolean {
    return (this.#transfers[to] ?? null) !== null;
  }

  /** Sends the next part of the transfer to a node, which begins with the latest snapshot if there is none. */
  send(to: number, stamp: number): void {
    const { env, log, options, term, voters } = this.#raft;
    let transfer = this.#transfers[to] ?? null;
    if (transfer === null) {
      transfer = { snapshot: log.snapshot, offset: 0 };
      this.#transfers[to] = transfer;
    }
    const { snapshot, offset } = transfer;
    const end = offset + options['snapshot-chunk'];
    const install: Install = {
      type: 'install',
      cluster: options.cluster,
      term,
      index: snapshot.index,
      indexTerm: snapshot.term,
      config: snapshot.config ?? null,
      offset,
      items: snapshot.items.slice(offset, end),
      last: end >= snapshot.items.length,
      stamp,
    };
    env.send(voters.ids[to]!, install);
  }

  /** The follower has the snapshot of `index`. */
  sent(to: number, index: number): void {
    if (this.#transfers[to]?.snapshot.index === index) this.#transfers[to] = null;
  }

  /** The follower wants the transfer to go on at `offset`; false: an old answer. */
  wants(to: number, index: number, offset: number): boolean {
    const transfer = this.#transfers[to] ?? null;
    if (transfer === null || transfer.snapshot.index !== index || offset > transfer.snapshot.items.length) return false;
    transfer.offset = offset;
    return true;
  }

  /** The node begins anew. */
  forget(to: number): void {
    this.#transfers[to] = null;
  }

  /** A new term begins: old transfers are void. */
  reset(): void {
    this.#transfers.fill(null);
  }
}
