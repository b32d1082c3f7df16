// The writes that one guarantee obliges a session's next reads to show, folded into the newest of each key.
import { NONE } from '../sequential/operations.js';
import type { VersionOrder } from './version-order.js';

/** A write that must be visible, and why: the session's own operation that made it so, and what another session did. */
export interface Demand {
  write: number;
  /** The session's own earlier write or read. */
  at: number;
  /** What the other session did before it wrote what was read; NONE: no other session plays a part. */
  through: number;
}

interface OnPath extends Demand {
  /** Twice the depth, and one more where the write is beyond it on another path. */
  depth: number;
}

export class Demands {
  readonly #order: VersionOrder;
  /** Per key the write that was invoked last, valid where `stamp` is the session's. */
  readonly #stamp: Int32Array;
  readonly #write: Int32Array;
  readonly #at: Int32Array;
  readonly #through: Int32Array;
  /** Per path of cas the furthest write. */
  readonly #paths = new Map<number, OnPath>();
  #session = NONE;

  constructor(order: VersionOrder, keys: number) {
    this.#order = order;
    this.#stamp = new Int32Array(keys).fill(NONE);
    [this.#write, this.#at, this.#through] = [new Int32Array(keys), new Int32Array(keys), new Int32Array(keys)];
  }

  begin(session: number): void {
    this.#session = session;
    this.#paths.clear();
  }

  add(key: number, write: number, at: number, through: number): void {
    const { lastCall, linked } = this.#order;
    if (linked[write] === 1) this.#addToPaths({ write, at, through });
    const known = this.#stamp[key] === this.#session;
    if (known && lastCall[this.#write[key]!]! >= lastCall[write]!) return;
    this.#stamp[key] = this.#session;
    this.#write[key] = write;
    this.#at[key] = at;
    this.#through[key] = through;
  }

  /** A demand that a read of what `seen` wrote does not meet; `seen` NONE: the initial version. */
  unmet(key: number, seen: number): Demand | null {
    const order = this.#order;
    if (this.#stamp[key] !== this.#session) return null;
    const write = this.#write[key]!;
    if (order.precedesInTime(seen, write)) return { write, at: this.#at[key]!, through: this.#through[key]! };
    if (seen === NONE || order.linked[seen] === 0) return null;
    const furthest = this.#paths.get(order.path[seen]!);
    return furthest !== undefined && furthest.depth > 2 * order.depth[seen]! ? furthest : null;
  }

  /** Also to the paths that this one branches off from. */
  #addToPaths(demand: Demand): void {
    const order = this.#order;
    let depth = 2 * order.depth[demand.write]!;
    for (let path = order.path[demand.write]!; ; ) {
      const known = this.#paths.get(path);
      if (known !== undefined && known.depth >= depth) return;
      this.#paths.set(path, { ...demand, depth });
      const before = order.before(path);
      if (before === NONE) return;
      path = order.path[before]!;
      depth = 2 * order.depth[before]! + 1;
    }
  }
}
