// The writes of each key, chain by chain (a group each), so that the last one up to a place in a chain is found at once.
import { NONE } from './operations.js';
import type { Problem } from './problem.js';

export class WritesByKey {
  readonly #position: Int32Array;
  /** Groups of key `k`: from `groupsOf[k]` to `groupsOf[k + 1]`. */
  readonly groupsOf: Int32Array;
  /** Writes of group `g` in `list`: from `groupStart[g]` to `groupStart[g + 1]`. */
  readonly groupStart: Int32Array;
  readonly groupChain: Int32Array;
  readonly list: Int32Array;
  /** Place of a write in `list`. */
  readonly indexOf: Int32Array;
  readonly #groupAt: Int32Array;
  /** Where the last question about a group was answered: the next answer is likely to be near. */
  readonly #hint: Int32Array;

  constructor({ count, keys, key, writes, chain, chainNodes, position }: Problem) {
    this.#position = position;
    const starts = new Int32Array(keys + 1);
    for (let n = 0; n < count; n++) if (writes[n] !== NONE) starts[key[n]! + 1]!++;
    for (let k = 0; k < keys; k++) starts[k + 1]! += starts[k]!;
    const total = starts[keys]!;
    const next = starts.slice();
    this.list = new Int32Array(total);
    this.indexOf = new Int32Array(count).fill(NONE);
    for (const n of chainNodes) {
      if (writes[n] === NONE) continue;
      const at = next[key[n]!]!++;
      this.list[at] = n;
      this.indexOf[n] = at;
    }
    this.groupsOf = new Int32Array(keys + 1);
    this.#groupAt = new Int32Array(total);
    const groups: number[] = [];
    for (let k = 0; k < keys; k++) {
      this.groupsOf[k] = groups.length;
      for (let i = starts[k]!; i < starts[k + 1]!; i++) {
        if (i === starts[k] || chain[this.list[i]!] !== chain[this.list[i - 1]!]) groups.push(i);
        this.#groupAt[i] = groups.length - 1;
      }
    }
    this.groupsOf[keys] = groups.length;
    this.groupChain = Int32Array.from(groups, (at) => chain[this.list[at]!]!);
    this.groupStart = Int32Array.from([...groups, total]);
    this.#hint = Int32Array.from(groups);
  }

  groupOf(write: number): { group: number; start: number } {
    const group = this.#groupAt[this.indexOf[write]!]!;
    return { group, start: this.groupStart[group]! };
  }

  /** The last write of a group up to a position of its chain; NONE: there is none. Gallops from the last answer. */
  lastUntil(group: number, until: number): number {
    const list = this.list;
    const position = this.#position;
    const first = this.groupStart[group]!;
    const end = this.groupStart[group + 1]!;
    // The first write after `until` is in low .. high.
    let low = first;
    let high = end;
    const hint = this.#hint[group]!;
    if (hint < end && position[list[hint]!]! <= until) {
      low = hint + 1;
      for (let step = 1; low + step - 1 < end; step *= 2) {
        const at = low + step - 1;
        if (position[list[at]!]! > until) {
          high = at;
          break;
        }
        low = at + 1;
      }
    } else {
      high = hint;
      for (let step = 1; high - step >= first; step *= 2) {
        const at = high - step;
        if (position[list[at]!]! <= until) {
          low = at + 1;
          break;
        }
        high = at;
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (position[list[middle]!]! > until) high = middle;
      else low = middle + 1;
    }
    this.#hint[group] = low;
    return low === first ? NONE : list[low - 1]!;
  }
}
