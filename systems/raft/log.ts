// The replicated log of one node, which also knows the members that its entries name.
import { EntryLog, type Snapshot as StateSnapshot } from '../shared/entry-log.js';
import type { Configuration, Configured } from './configuration.js';
import type { Entry } from './messages.js';

export interface Snapshot extends StateSnapshot {
  /** The members as of `index`; left out while they are those that the cluster began with. */
  readonly config?: Configuration;
}

export class RaftLog extends EntryLog<Entry, Snapshot> {
  /** Configurations from the snapshot on, oldest first; the first may be the snapshot's own. */
  #configured: Configured[] = [];

  /** The latest configuration, committed or not; null: the one that the cluster began with. */
  get configured(): Configured | null {
    return this.#configured.at(-1) ?? null;
  }

  override compact(snapshot: Snapshot, keep: number): void {
    const config = this.#rebase(snapshot.index);
    super.compact(config === null ? snapshot : { ...snapshot, config }, keep);
  }

  protected override added({ index, command, config }: Entry): void {
    if (command === null && config !== undefined) this.#configured.push({ index, config });
  }

  protected override removed(from: number): void {
    while ((this.#configured.at(-1)?.index ?? 0) >= from) this.#configured.pop();
  }

  protected override taken({ index, config }: Snapshot, last: number): void {
    this.#configured = this.#configured.filter((known) => known.index > index && known.index <= last);
    if (config !== undefined) this.#configured.unshift({ index, config });
  }

  /** Forgets all configurations before the one in force at `index`, which it returns. */
  #rebase(index: number): Configuration | null {
    const configured = this.#configured;
    while (configured.length > 1 && configured[1]!.index <= index) configured.shift();
    const first = configured[0];
    return first === undefined || first.index > index ? null : first.config;
  }
}
