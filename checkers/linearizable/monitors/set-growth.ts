// Judges sets that only grow, with reads of the whole set, in time linear in the operations and the sizes of the reads.
//
// Each element comes at one instant: after it was first asked for (L) and after the last operation that missed it was invoked
// (L), and before the first operation that shows it (an add that completed, too) returned (H). What reads saw must be a chain by
// inclusion. A read happens after its own invocation, after all smaller reads, and after the L of all its elements: as early
// as that allows is best. That must be before its return, and before the H of every element that it misses.
import { int32, uint8 } from '../../shared/columns.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement, LINEARIZABLE } from './monitor.js';
import { ABSENT, ADD, READ, type SetRoles } from './set-roles.js';

const NOBODY = -1;

export class Growth {
  readonly #roles: SetRoles;
  // Per element: the first add to be invoked; the operation that shows it and returns first; the one that misses it and is
  // invoked last; the place in the chain of the first read with it, 0: none.
  readonly #asked: Int32Array;
  readonly #shown: Int32Array;
  readonly #missed: Int32Array;
  readonly #rank: Int32Array;
  /** Per element: 1, it is there from the start. */
  readonly #given: Uint8Array;
  /** Per list: the read that returns first. */
  readonly #reader: Int32Array;
  /** Per list: the place in the chain. */
  readonly #place: Int32Array;
  // The clash whose last operation returns first.
  #found: Judgement | null = null;
  #end = NEVER;

  /** `values`: more than the number of any element. */
  constructor(roles: SetRoles, values: number) {
    this.#roles = roles;
    this.#asked = int32(values).fill(NOBODY);
    this.#shown = int32(values).fill(NOBODY);
    this.#missed = int32(values).fill(NOBODY);
    this.#rank = int32(values);
    this.#given = uint8(values);
    this.#reader = int32(roles.lists.length).fill(NOBODY);
    this.#place = int32(roles.lists.length);
  }

  /** For keys without removes; reads that list an element twice are left out. `given`: the elements at the start. */
  judge(partition: Partition, cutoff: number, given: Iterable<number>): Judgement {
    this.#found = null;
    this.#end = NEVER;
    for (const x of given) this.#given[x] = 1;
    const reads = this.#gather(partition, cutoff);
    this.#judgeElements(partition, cutoff);
    if (reads.length > 0) this.#judgeReads(partition, cutoff, reads);
    this.#clean(partition, cutoff);
    for (const x of given) this.#given[x] = 0;
    return this.#found ?? LINEARIZABLE;
  }

  /** Returns the reads. */
  #gather({ count, call, ret, action }: Partition, cutoff: number): number[] {
    const { act, element } = this.#roles;
    const reads: number[] = [];
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const what = act[action[i]!]!;
      const x = element[action[i]!]!;
      const returns = ret[i]! <= cutoff;
      if (what === ADD && this.#asked[x] === NOBODY) this.#asked[x] = i;
      if (!returns || what > READ) continue;
      if (what === READ) {
        reads.push(i);
        if (this.#reader[x] === NOBODY || ret[i]! < ret[this.#reader[x]!]!) this.#reader[x] = i;
      } else if (this.#given[x] === 1) {
        if (what === ABSENT) this.#clash(ret, i);
      } else if (what === ABSENT) this.#missed[x] = i;
      else if (this.#shown[x] === NOBODY || ret[i]! < ret[this.#shown[x]!]!) this.#shown[x] = i;
    }
    return reads;
  }

  #clean({ count, call, action }: Partition, cutoff: number): void {
    const { act, element, lists } = this.#roles;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const x = element[action[i]!]!;
      if (x < 0) continue;
      if (act[action[i]!] !== READ) {
        this.#asked[x] = NOBODY;
        this.#shown[x] = NOBODY;
        this.#missed[x] = NOBODY;
        this.#rank[x] = 0;
      } else if (this.#reader[x] !== NOBODY) {
        this.#reader[x] = NOBODY;
        for (const one of lists[x]!) this.#rank[one] = 0;
      }
    }
  }

  #judgeElements({ count, call, ret, action }: Partition, cutoff: number): void {
    const { element, act } = this.#roles;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const x = element[action[i]!]!;
      if (act[action[i]!] === READ || x < 0 || this.#shown[x] !== i) continue;
      const asked = this.#asked[x]!;
      const missed = this.#missed[x]!;
      if (asked === NOBODY || call[asked]! > ret[i]!) this.#clash(ret, i);
      if (missed !== NOBODY && call[missed]! > ret[i]!) this.#clash(ret, i, missed);
    }
  }

  /** Keeps the clash if it is the first. */
  #clash(ret: Int32Array, ...operations: number[]): void {
    let end = -1;
    for (const i of operations) if (i !== NOBODY && ret[i]! !== NEVER) end = Math.max(end, ret[i]!);
    if (end >= this.#end) return;
    this.#end = end;
    this.#found = clash(...operations);
  }

  #judgeReads(partition: Partition, cutoff: number, reads: readonly number[]): void {
    const { call, ret, action } = partition;
    const { element } = this.#roles;
    const low = this.#chain(partition, reads);
    if (low === null) return;
    const high = this.#firstMissing(partition, cutoff, low.length);
    const inChain: number[][] = low.map(() => []);
    for (const i of reads) inChain[this.#place[element[action[i]!]!]!]!.push(i);
    const later = (a: number, b: number) => (a === NOBODY || (b !== NOBODY && call[b]! > call[a]!) ? b : a);
    // The operation whose invocation holds up the reads that come next.
    let past = NOBODY;
    for (let place = 1; place < low.length; place++) {
      const before = later(past, low[place]!);
      const missing = high[place]!;
      for (const i of inChain[place]!) {
        const bound = later(before, i);
        if (call[bound]! > ret[i]!) this.#clash(ret, bound, i);
        if (missing !== NOBODY && call[bound]! > ret[missing]!) this.#clash(ret, bound, i, missing);
        past = later(past, bound);
      }
    }
  }

  /**
   * Puts what was read in order of inclusion. Returns for each place, from 1, the operation whose invocation all elements of
   * the read wait for (the last of their Ls); null if reads clash.
   */
  #chain(partition: Partition, reads: readonly number[]): number[] | null {
    const { call, ret } = partition;
    const { lists } = this.#roles;
    const low = [NOBODY];
    let last = NOBODY;
    let seen = 0;
    let previous = NOBODY;
    for (const list of this.#bySize(partition, reads)) {
      const elements = lists[list]!;
      let known = 0;
      for (const x of elements) if (this.#rank[x]! > 0) known++;
      if (known < seen) {
        this.#clash(ret, this.#reader[previous]!, this.#reader[list]!);
        return null;
      }
      if (previous === NOBODY || elements.length > seen) low.push(last);
      const place = low.length - 1;
      this.#place[list] = place;
      previous = list;
      if (elements.length === seen) continue;
      seen = elements.length;
      for (const x of elements) {
        if (this.#rank[x]! > 0) continue;
        this.#rank[x] = place;
        if (this.#given[x] === 1) continue;
        const asked = this.#asked[x]!;
        const missed = this.#missed[x]!;
        if (asked === NOBODY) {
          this.#clash(ret, this.#reader[list]!);
          continue;
        }
        if (last === NOBODY || call[asked]! > call[last]!) last = asked;
        if (missed !== NOBODY && call[missed]! > call[last]!) last = missed;
      }
      low[place] = last;
    }
    return low;
  }

  /** The lists that were read, each once, in order of size. */
  #bySize({ action }: Partition, reads: readonly number[]): number[] {
    const { lists, element } = this.#roles;
    const read = reads.filter((i) => this.#reader[element[action[i]!]!] === i).map((i) => element[action[i]!]!);
    return read.sort((a, b) => lists[a]!.length - lists[b]!.length || a - b);
  }

  /** For each place, the operation that shows an element which the reads there miss, and returns first. */
  #firstMissing({ count, call, ret, action }: Partition, cutoff: number, places: number): Int32Array {
    const { element, act } = this.#roles;
    const first = int32(places + 1).fill(NOBODY);
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const x = element[action[i]!]!;
      if (act[action[i]!] === READ || x < 0 || this.#shown[x] !== i) continue;
      // Reads at lower places miss it.
      const below = (this.#rank[x] === 0 ? places : this.#rank[x]!) - 1;
      if (first[below] === NOBODY || ret[i]! < ret[first[below]!]!) first[below] = i;
    }
    for (let place = places - 1; place >= 0; place--) {
      const next = first[place + 1]!;
      if (next !== NOBODY && (first[place] === NOBODY || ret[next]! < ret[first[place]!]!)) first[place] = next;
    }
    return first;
  }
}
