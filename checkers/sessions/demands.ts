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

export class Demands {
  readonly #order: VersionOrder;
  /** Per key the write that was invoked last, valid where `stamp` is the session's. */
  readonly #stamp: Int32Array;
  readonly #write: Int32Array;
  readonly #at: Int32Array;
  readonly #through: Int32Array;
  /** Per path of cas the furthest write, and how far: twice its depth, and one more where it is on a path that branches off there. */
  readonly #pathStamp: Int32Array;
  readonly #pathDepth: Int32Array;
  readonly #pathDemand: Int32Array;
  #session = NONE;

  constructor(order: VersionOrder, keys: number) {
    this.#order = order;
    this.#stamp = new Int32Array(keys).fill(NONE);
    [this.#write, this.#at, this.#through] = [new Int32Array(keys), new Int32Array(keys), new Int32Array(keys)];
    const paths = order.branch.length;
    this.#pathStamp = new Int32Array(paths).fill(NONE);
    [this.#pathDepth, this.#pathDemand] = [new Int32Array(paths), new Int32Array(paths * 3)];
  }

  begin(session: number): void {
    this.#session = session;
  }

  add(key: number, write: number, at: number, through: number): void {
    const { lastCall, path } = this.#order;
    if (path[write] !== NONE) this.#addToPaths(write, at, through);
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
    const path = seen === NONE ? NONE : order.path[seen]!;
    if (path === NONE || this.#pathStamp[path] !== this.#session || this.#pathDepth[path]! <= 2 * order.depth[seen]!) {
      return null;
    }
    const [furthest, at, through] = this.#pathDemand.subarray(3 * path, 3 * path + 3);
    return { write: furthest!, at: at!, through: through! };
  }

  /** Also to the paths that this one branches off from. */
  #addToPaths(write: number, at: number, through: number): void {
    const { path: pathOf, depth: depthOf, branch } = this.#order;
    let path = pathOf[write]!;
    let depth = 2 * depthOf[write]!;
    while (this.#pathStamp[path] !== this.#session || this.#pathDepth[path]! < depth) {
      this.#pathStamp[path] = this.#session;
      this.#pathDepth[path] = depth;
      this.#pathDemand[3 * path] = write;
      this.#pathDemand[3 * path + 1] = at;
      this.#pathDemand[3 * path + 2] = through;
      const before = branch[path]!;
      if (before === NONE) return;
      path = pathOf[before]!;
      depth = 2 * depthOf[before]! + 1;
    }
  }
}
