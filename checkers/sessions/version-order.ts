// Which write of a key is known to be older than which: by the times of acknowledged writes, and by chains of cas.
import { NONE, type RegisterOperations } from '../sequential/operations.js';

const NEVER = 0x7fffffff;
/**
 * Write `a` is older than write `b` of the same key when `a` was acknowledged before `b` was invoked, when a chain of cas leads
 * from the version that `a` wrote to the one that `b` wrote, and when one of these follows from the other two together.
 * The initial version is older than all. Writes are indexes into the operations.
 */
export class VersionOrder {
  readonly #operations: RegisterOperations;
  /** The write that a cas read from, where that is known. */
  readonly #parent: Int32Array;
  /** Event index of the first acknowledgement of a write, or of a cas that a chain leads to from it. */
  readonly #firstEnd: Int32Array;
  /** Event index of the last invocation of a write, or of one that a chain leads to it from. */
  readonly lastCall: Int32Array;
  /** Paths follow the first cas that read from each write; NONE: nothing links the write to another. And the place in the path. */
  readonly path: Int32Array;
  readonly depth: Int32Array;
  /** Per path the write that its first one read from, which is on another path; NONE: it read from none. */
  readonly branch: number[] = [];

  constructor(operations: RegisterOperations) {
    this.#operations = operations;
    const { count } = operations;
    this.#parent = parentsOf(operations);
    this.#firstEnd = operations.end.map((end) => (end === NONE ? NEVER : end));
    this.lastCall = operations.row.slice();
    this.path = new Int32Array(count).fill(NONE);
    this.depth = new Int32Array(count);
    this.#walk();
  }

  /** Known from times alone, or with chains: `older` NONE stands for the start. Not for a chain that leads from one to the other. */
  precedesInTime(older: number, newer: number): boolean {
    return older === NONE || (older !== newer && this.#firstEnd[older]! < this.lastCall[newer]!);
  }

  /** Why the write is older, a clause: `its write was acknowledged …`. */
  isAcknowledgedBefore(older: number, newer: number): boolean {
    const { end, row } = this.#operations;
    return older !== NONE && end[older] !== NONE && end[older]! < row[newer]!;
  }

  /** From the beginnings of chains to their ends, and back. A cycle of cas has no beginning: nothing is known of its links. */
  #walk(): void {
    const { count } = this.#operations;
    const parent = this.#parent;
    const first = new Int32Array(count).fill(NONE);
    const next = new Int32Array(count).fill(NONE);
    for (let i = count - 1; i >= 0; i--) {
      const p = parent[i]!;
      if (p === NONE) continue;
      next[i] = first[p]!;
      first[p] = i;
    }
    const order: number[] = [];
    for (let i = 0; i < count; i++) {
      if (parent[i] !== NONE || first[i] === NONE) continue;
      this.path[i] = this.branch.push(NONE) - 1;
      order.push(i);
    }
    for (let at = 0; at < order.length; at++) {
      const p = order[at]!;
      for (let i = first[p]!; i !== NONE; i = next[i]!) {
        const continues = i === first[p];
        this.path[i] = continues ? this.path[p]! : this.branch.push(p) - 1;
        this.depth[i] = continues ? this.depth[p]! + 1 : 0;
        this.lastCall[i] = Math.max(this.lastCall[i]!, this.lastCall[p]!);
        order.push(i);
      }
    }
    for (let at = order.length - 1; at >= 0; at--) {
      const p = parent[order[at]!]!;
      if (p !== NONE) this.#firstEnd[p] = Math.min(this.#firstEnd[p]!, this.#firstEnd[order[at]!]!);
    }
  }
}

function parentsOf({ count, reads, writes, sources, writer, row, end }: RegisterOperations): Int32Array {
  const parent = new Int32Array(count).fill(NONE);
  for (let i = 0; i < count; i++) {
    const version = reads[i]!;
    if (version === NONE || writes[i] === NONE || sources[version] !== 1 || writer[version] === NONE) continue;
    const source = writer[version]!;
    const isFuture = end[i] !== NONE && end[i]! < row[source]!;
    if (!isFuture && source !== i) parent[i] = source;
  }
  return parent;
}
