// Snapshots: keeps the log short, and brings up followers that need entries which are gone (paper 7).
import { SnapshotTransfers } from '../shared/snapshot-transfer.js';
import type { Snapshot } from './log.js';
import type { Install } from './messages.js';
import type { Raft } from './raft.js';

export class Snapshots extends SnapshotTransfers<Snapshot> {
  readonly #raft: Raft;
  readonly #every: number;
  /** Planted bug: the state as it was copied, some entries before the snapshot is labelled. */
  #early: readonly unknown[] | null = null;

  constructor(raft: Raft) {
    super(raft.options['snapshot-chunk']);
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

  /** Sends the next part of the transfer to a node, which begins with the latest snapshot if there is none. */
  send(to: number, stamp: number): void {
    const { env, log, options, term, voters } = this.#raft;
    const { snapshot, offset, items, last } = this.next(to, log.snapshot);
    const install: Install = {
      type: 'install',
      cluster: options.cluster,
      term,
      index: snapshot.index,
      indexTerm: snapshot.term,
      config: snapshot.config ?? null,
      offset,
      items,
      last,
      stamp,
    };
    env.send(voters.ids[to]!, install);
  }
}
