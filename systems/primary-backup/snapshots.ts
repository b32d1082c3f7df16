// Snapshots: keep the log short, and bring up backups that need entries which are gone, part by part.
import type { Snapshot } from '../shared/entry-log.js';
import type { Copy } from './messages.js';
import type { PrimaryBackup } from './node.js';

interface Transfer {
  snapshot: Snapshot;
  /** Items that the backup has. */
  offset: number;
}

export class Snapshots {
  readonly #node: PrimaryBackup;
  readonly #every: number;
  /** By member; a transfer keeps its snapshot, however many newer ones are taken meanwhile, so that it can go on. */
  readonly #transfers: (Transfer | null)[];

  constructor(node: PrimaryBackup) {
    this.#node = node;
    this.#every = node.options['snapshot-every'];
    this.#transfers = node.members.ids.map(() => null);
  }

  /** Entries were applied: takes a snapshot if it is time. */
  applied(): void {
    const { log, applied } = this.#node;
    if (applied - log.snapshot.index >= this.#every) this.#take();
  }

  sending(to: number): boolean {
    return this.#transfers[to] !== null;
  }

  /** From now on the backup is sent a snapshot, not entries: the latest, until it has a part of one. */
  begin(to: number): void {
    const { snapshot } = this.#node.log;
    if ((this.#transfers[to]?.offset ?? 0) === 0) this.#transfers[to] = { snapshot, offset: 0 };
  }

  /** Sends a member the next part of its transfer, which begins if there is none. */
  send(to: number, stamp: number): void {
    this.begin(to);
    const { env, log, options, commit, members } = this.#node;
    const { snapshot, offset } = this.#transfers[to]!;
    const after = offset + options['snapshot-chunk'];
    const copy: Copy = {
      type: 'copy',
      epoch: log.term,
      index: snapshot.index,
      indexEpoch: snapshot.term,
      offset,
      items: snapshot.items.slice(offset, after),
      last: after >= snapshot.items.length,
      end: commit,
      endEpoch: log.termAt(commit),
      stamp,
    };
    env.send(members.ids[to]!, copy);
  }

  /** The backup has the snapshot of `index`. */
  sent(to: number, index: number): void {
    if (this.#transfers[to]?.snapshot.index === index) this.#transfers[to] = null;
  }

  /** The backup wants the transfer to go on at `offset`; false: an old answer. */
  wants(to: number, index: number, offset: number): boolean {
    const transfer = this.#transfers[to] ?? null;
    if (transfer === null || transfer.snapshot.index !== index || offset > transfer.snapshot.items.length) return false;
    transfer.offset = offset;
    return true;
  }

  /** A new epoch begins: old transfers are void. */
  reset(): void {
    this.#transfers.fill(null);
  }

  #take(): void {
    const { log, applied, machine } = this.#node;
    log.compact({ index: applied, term: log.termAt(applied), items: machine.snapshot() }, this.#every >> 2);
  }
}
