// The latest updates of every node, so that replicas exchange what the other lacks and not all they hold.
//
// A delta is causally complete: with whatever an update refers to, or the receiver has that already (Almeida, Shoker, Baquero:
// "Delta state replicated data types", JPDC 111, 2018).
import type { Update } from './crdt.js';
import type { VersionVector } from './version-vector.js';

/** Planted bug: updates that are dropped when `after` others have come, although the history goes on as if it were complete. */
export interface Forgetting {
  readonly after: number;
  readonly what: (update: Update) => boolean;
}

interface Stream {
  /** Updates up to this number were dropped. */
  floor: number;
  /** Ascending. */
  updates: Update[];
}

export class UpdateHistory {
  readonly #streams = new Map<string, Stream>();
  readonly #keep: number;
  readonly #forgetting: Forgetting | null;

  /** `keep`: updates of each node that are kept, at least. */
  constructor(keep: number, forgetting: Forgetting | null = null) {
    this.#keep = keep;
    this.#forgetting = forgetting;
  }

  push(update: Update): void {
    let stream = this.#streams.get(update.origin);
    if (stream === undefined) {
      stream = { floor: update.seq - 1, updates: [] };
      this.#streams.set(update.origin, stream);
    }
    const { updates } = stream;
    updates.push(update);
    if (this.#forgetting !== null) forget(updates, this.#forgetting);
    if (updates.length <= 2 * this.#keep) return;
    const dropped = updates.splice(0, updates.length - this.#keep);
    stream.floor = dropped.at(-1)!.seq;
  }

  /** Drops all, after a state was taken over that came without its updates. */
  clear(version: VersionVector): void {
    this.#streams.clear();
    for (const [origin, floor] of Object.entries(version.toJSON())) this.#streams.set(origin, { floor, updates: [] });
  }

  /** The updates that a replica with this version lacks, by origin and number; null: some of them were dropped. */
  since(version: VersionVector): Update[] | null {
    const found: Update[] = [];
    for (const [origin, { floor, updates }] of this.#streams) {
      const seen = version.get(origin);
      if (seen < floor) return null;
      let from = updates.length;
      while (from > 0 && updates[from - 1]!.seq > seen) from--;
      for (let i = from; i < updates.length; i++) found.push(updates[i]!);
    }
    return found;
  }
}

function forget(updates: Update[], { after, what }: Forgetting): void {
  const at = updates.length - 1 - after;
  const old = updates[at];
  if (old !== undefined && what(old)) updates.splice(at, 1);
}
