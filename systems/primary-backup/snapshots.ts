// Snapshots: keep the log short, and bring up backups that need entries which are gone, part by part.
import { SnapshotTransfers } from '../shared/snapshot-transfer.js';
import type { Copy } from './messages.js';
import type { PrimaryBackup } from './node.js';

export class Snapshots extends SnapshotTransfers {
  readonly #node: PrimaryBackup;
  readonly #every: number;

  constructor(node: PrimaryBackup) {
    super(node.options['snapshot-chunk']);
    this.#node = node;
    this.#every = node.options['snapshot-every'];
  }

  /** Entries were applied: takes a snapshot if it is time. */
  applied(): void {
    const { log, applied } = this.#node;
    if (applied - log.snapshot.index >= this.#every) this.#take();
  }

  /** Sends a member the next part of its transfer, which begins if there is none. */
  send(to: number, stamp: number): void {
    const { env, log, commit, members } = this.#node;
    this.begin(to, log.snapshot);
    const { snapshot, offset, items, last } = this.next(to, log.snapshot);
    const copy: Copy = {
      type: 'copy',
      epoch: log.term,
      index: snapshot.index,
      indexEpoch: snapshot.term,
      offset,
      items,
      last,
      end: commit,
      endEpoch: log.termAt(commit),
      stamp,
    };
    env.send(members.ids[to]!, copy);
  }

  #take(): void {
    const { log, applied, machine } = this.#node;
    log.compact({ index: applied, term: log.termAt(applied), items: machine.snapshot() }, this.#every >> 2);
  }
}
