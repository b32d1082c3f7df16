// The backup's side: makes its log and its state agree with the primary's, and takes back what the primary never had.
import { SnapshotParts } from '../shared/snapshot-transfer.js';
import type { Copied, Copy, Ship, Shipped } from './messages.js';
import type { PrimaryBackup } from './node.js';
import { isFenced } from './options.js';

export class Backup {
  readonly #node: PrimaryBackup;
  readonly #fenced: boolean;
  /** Planted bug: a snapshot is taken for everything up to the end that the primary names. */
  readonly #rash: boolean;
  /** Up to here the log is known to match that of the primary of `#verifiedEpoch`. */
  #verified = 0;
  #verifiedEpoch = 0;
  readonly #parts = new SnapshotParts();

  constructor(node: PrimaryBackup) {
    this.#node = node;
    this.#fenced = isFenced(node.options);
    this.#rash = node.options.bug === 'stale-catch-up';
  }

  onShip(from: string, ship: Ship): void {
    const node = this.#node;
    const { log } = node;
    const { epoch, prev, entries } = ship;
    if (!this.#accepts(from, epoch)) {
      if (epoch < node.epoch) this.#refuse(from, ship, node.epoch);
      return;
    }
    this.#verify(epoch, 0);
    if (prev > this.#verified && log.termAt(prev) !== ship.prevEpoch) {
      this.#refuse(from, ship, epoch);
      return;
    }
    for (const entry of entries) {
      if (entry.index <= this.#verified) continue;
      const present = log.termAt(entry.index);
      if (present === entry.term) continue;
      if (entry.index <= log.last) {
        if (entry.index <= log.snapshot.index) {
          this.#refuse(from, ship, epoch);
          return;
        }
        node.takeBack(entry.index);
      }
      log.append(entry);
    }
    const end = prev + entries.length;
    this.#verify(epoch, end);
    node.advance(Math.min(ship.commit, this.#verified));
    const { index: floor, term: floorEpoch } = log.snapshot;
    const { stamp } = ship;
    const type = 'shipped';
    const answer: Shipped = { type, epoch, ok: true, index: end, conflictEpoch: 0, floor, floorEpoch, prev, stamp };
    node.env.send(from, answer);
  }

  /** The primary of `epoch` says that `index` is committed: true of this log too where the two are known to match. */
  learn(epoch: unknown, index: number): void {
    if (epoch === this.#verifiedEpoch && index <= this.#verified) this.#node.advance(index);
  }

  onCopy(from: string, copy: Copy): void {
    const node = this.#node;
    const { log } = node;
    const { epoch, index, indexEpoch, offset } = copy;
    if (!this.#accepts(from, epoch)) {
      if (epoch < node.epoch) this.#answer(from, copy, node.epoch, 0, -1);
      return;
    }
    this.#verify(epoch, 0);
    const floor = log.snapshot.index;
    const has = Math.max(index, floor) <= this.#verified || (index >= floor && log.termAt(index) === indexEpoch);
    if (has) {
      this.#parts.clear();
      this.#verify(epoch, index);
      node.advance(index);
      this.#answer(from, copy, epoch, 0, index);
      return;
    }
    const added = this.#parts.add(index, indexEpoch, offset, copy.items);
    const next = this.#parts.offset;
    this.#answer(from, copy, epoch, next, added && copy.last ? this.#install(copy, this.#parts.take()) : -1);
  }

  /** Returns how far the log now is the primary's. */
  #install({ epoch, end, endEpoch, index, indexEpoch }: Copy, items: readonly unknown[]): number {
    const node = this.#node;
    const to = this.#rash ? { index: end, term: endEpoch } : { index, term: indexEpoch };
    node.env.print(`epoch ${epoch}: caught up to ${to.index} by a snapshot, the primary is at ${end}`);
    node.install({ ...to, items });
    // Not more, whatever was known of the log that this has replaced.
    this.#verified = to.index;
    return to.index;
  }

  /** Follows the sender if it is the primary of this epoch or a later one; without fencing, of any. */
  #accepts(from: string, epoch: number): boolean {
    const node = this.#node;
    if (epoch < node.epoch && (this.#fenced || node.leads)) return false;
    if (epoch > node.epoch || node.role !== 'backup' || node.leader !== from) {
      if (node.leads && epoch <= node.epoch) return false;
      node.follow(Math.max(epoch, node.epoch), from);
    }
    node.election.heard();
    return true;
  }

  #verify(epoch: number, index: number): void {
    if (this.#verifiedEpoch !== epoch) {
      this.#verifiedEpoch = epoch;
      this.#verified = 0;
    }
    if (index > this.#verified) this.#verified = index;
  }

  /** Says where the primary should try next: after this log, at its first entry of the epoch that is wrong, or at the snapshot. */
  #refuse(to: string, { prev, stamp }: Ship, epoch: number): void {
    const { log, env } = this.#node;
    const { index: floor, term: floorEpoch } = log.snapshot;
    let index = floor + 1;
    let conflictEpoch = 0;
    if (prev > log.last) index = log.last + 1;
    else if (prev > floor) {
      index = Math.max(log.firstOfTerm(prev), floor + 1);
      conflictEpoch = log.termAt(prev);
    }
    const type = 'shipped';
    const answer: Shipped = { type, epoch, ok: false, index, conflictEpoch, floor, floorEpoch, prev, stamp };
    env.send(to, answer);
  }

  #answer(to: string, { index, stamp }: Copy, epoch: number, offset: number, upTo: number): void {
    const answer: Copied = { type: 'copied', epoch, index, offset, upTo, stamp };
    this.#node.env.send(to, answer);
  }
}
