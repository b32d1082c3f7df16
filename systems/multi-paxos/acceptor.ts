// The acceptor's memory: what it has promised and accepted, on disk before anybody can learn of it.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { type Ballot, compareBallots, NO_BALLOT } from '../shared/ballot.js';
import type { Pvalue } from './messages.js';

/** The state of the machine after all slots up to `index`, as a list of JSON items, so that it can be sent in parts. */
export interface Checkpoint {
  readonly index: number;
  readonly items: readonly unknown[];
}

/** Records of the durable log besides accepted values, which are stored as they are. */
interface PromiseRecord {
  readonly promised: Ballot;
}
interface CheckpointRecord extends Checkpoint, PromiseRecord {}

/**
 * Slots are independent of one another: there may be holes, and values of different ballots side by side. Once a slot is
 * chosen, its value here has the ballot in which that happened or a higher one, however it was learned; so whoever prepares
 * a ballot later finds it above all other values.
 */
export class Acceptor {
  readonly #disk: DurableLog;
  /** Planted bug: promises never reach the disk. */
  readonly #forgetful: boolean;
  /** By slot, those after `base`. */
  readonly #values = new Map<number, Pvalue>();
  #promised = NO_BALLOT;
  /** Slots up to here are no longer in memory. Not the checkpoint's: those that lag find some older values. */
  base = 0;
  /** The highest slot with a value. */
  last = 0;
  checkpoint: Checkpoint | null = null;

  constructor(disk: DurableLog, forgetful: boolean) {
    this.#disk = disk;
    this.#forgetful = forgetful;
  }

  /** No value of a lower ballot will be accepted any more. */
  get promised(): Ballot {
    return this.#promised;
  }

  /** Reads everything back after a crash. */
  recover(): void {
    const { snapshot, records } = this.#disk.recover();
    if (snapshot !== null) {
      const { index, items, promised } = snapshot as CheckpointRecord;
      this.checkpoint = { index, items };
      this.base = index;
      this.last = index;
      this.#promised = promised;
    }
    for (const record of records as readonly (Pvalue | PromiseRecord)[]) {
      if ('promised' in record) this.#promised = record.promised;
      else this.#keep(record);
    }
    if (this.#forgetful) this.#promised = NO_BALLOT;
  }

  /** `ballot` is not lower than what was promised before. */
  promise(ballot: Ballot): void {
    if (compareBallots(ballot, this.#promised) === 0) return;
    this.#promised = ballot;
    if (!this.#forgetful) this.#disk.append({ promised: ballot } satisfies PromiseRecord);
  }

  /** Accepts a value, whatever the slot held before; or stores a value that is chosen. */
  accept(value: Pvalue): void {
    const { slot, ballot } = value;
    if (slot <= this.base) return;
    const known = this.#values.get(slot);
    if (known !== undefined && compareBallots(known.ballot, ballot) === 0) return;
    this.#keep(value);
    this.#disk.append(value);
  }

  /** Stores a value that is chosen. One that was accepted in a higher ballot is the same, and says more. */
  learn(value: Pvalue): void {
    const known = this.#values.get(value.slot);
    if (known === undefined || compareBallots(known.ballot, value.ballot) < 0) this.accept(value);
  }

  /** The value accepted in a slot; undefined: none, or no longer in memory. */
  at(slot: number): Pvalue | undefined {
    return this.#values.get(slot);
  }

  /** All values from slot `from` to slot `to`, in order of slots. */
  between(from: number, to: number): Pvalue[] {
    const values: Pvalue[] = [];
    const end = Math.min(to, this.last);
    for (let slot = Math.max(from, this.base + 1); slot <= end; slot++) {
      const value = this.#values.get(slot);
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  /** Replaces all slots up to the checkpoint's by it; the last `keep` of them stay in memory for those that lag. */
  compact(checkpoint: Checkpoint, keep: number): void {
    this.#trim(Math.max(this.base, checkpoint.index - keep));
    this.#save(checkpoint);
  }

  /** Takes over a checkpoint from another node. Values of later slots stay: they are promises to whoever prepares. */
  install(checkpoint: Checkpoint): void {
    this.#trim(checkpoint.index);
    this.last = Math.max(this.last, checkpoint.index);
    this.#save(checkpoint);
  }

  #keep(value: Pvalue): void {
    this.#values.set(value.slot, value);
    if (value.slot > this.last) this.last = value.slot;
  }

  #trim(base: number): void {
    const end = Math.min(base, this.last);
    for (let slot = this.base + 1; slot <= end; slot++) this.#values.delete(slot);
    this.base = base;
  }

  #save(checkpoint: Checkpoint): void {
    this.checkpoint = checkpoint;
    const record: CheckpointRecord = { ...checkpoint, promised: this.#promised };
    this.#disk.replace(record, this.between(checkpoint.index + 1, this.last));
  }
}
