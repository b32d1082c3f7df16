// One round of the rules that derive constraints: for each version and each chain, the nearest writes before and after.
import type { Clocks } from './clocks.js';
import { type Edges, OVERWRITES, OVERWRITTEN } from './edges.js';
import { NONE } from './operations.js';
import { AMBIGUOUS, type Problem } from './problem.js';
import { WritesByKey } from './writes-by-key.js';

export class Rules {
  readonly #problem: Problem;
  readonly #edges: Edges;
  readonly #clocks: Clocks;
  readonly #writes: WritesByKey;
  /** Readers of version `v`: from `readersOf[v]` to `readersOf[v + 1]`. */
  readonly #readersOf: Int32Array;
  readonly #readers: Int32Array;
  #closing = NONE;

  constructor(problem: Problem, edges: Edges, clocks: Clocks) {
    this.#problem = problem;
    this.#edges = edges;
    this.#clocks = clocks;
    this.#writes = new WritesByKey(problem);
    [this.#readersOf, this.#readers] = lastReaders(problem);
    this.#overwriteInitial();
  }

  /** Adds what follows from rows that have grown, until an edge contradicts them: that one is returned, or NONE. */
  apply(): number {
    const { count, writes, writer } = this.#problem;
    const { changed } = this.#clocks;
    for (let n = 0; n < count && this.#closing === NONE; n++) {
      const version = writes[n]!;
      if (version === NONE) continue;
      if (changed[n] === 1) this.#overwrites(n);
      if (writer[version] === n && this.#isNews(version)) this.#overwritten(n);
    }
    return this.#closing;
  }

  #isNews(version: number): boolean {
    const { changed } = this.#clocks;
    for (let i = this.#readersOf[version]!; i < this.#readersOf[version + 1]!; i++) {
      if (changed[this.#readers[i]!] === 1) return true;
    }
    return false;
  }

  /** Who reads an initial version comes before the first write of every chain. */
  #overwriteInitial(): void {
    const { initial, keys, writer } = this.#problem;
    const { groupsOf, groupStart, list } = this.#writes;
    for (let k = 0; k < keys; k++) {
      const version = initial[k]!;
      if (writer[version] === AMBIGUOUS) continue;
      for (let g = groupsOf[k]!; g < groupsOf[k + 1]!; g++) this.#readersPrecede(version, list[groupStart[g]!]!);
    }
  }

  /** Every reader of the version comes before the write `u` of another version. */
  #readersPrecede(version: number, u: number): void {
    for (let i = this.#readersOf[version]!; i < this.#readersOf[version + 1]!; i++) {
      const r = this.#readers[i]!;
      if (r !== u && !this.#clocks.precedes(r, u)) this.#add(r, u, OVERWRITES, r);
    }
  }

  /** In each chain the last write before `u`: its readers come before `u`, too. Those of earlier ones come before it. */
  #overwrites(u: number): void {
    const { chains, key, writes, writer } = this.#problem;
    const { groupsOf, groupChain, list, indexOf } = this.#writes;
    const { cells } = this.#clocks;
    const row = u * chains;
    const own = this.#writes.groupOf(u);
    const previous = own.start < indexOf[u]! ? list[indexOf[u]! - 1]! : NONE;
    for (let g = groupsOf[key[u]!]!; g < groupsOf[key[u]! + 1]!; g++) {
      let w = previous;
      if (g !== own.group) {
        const reach = cells[row + groupChain[g]!]!;
        // Nothing that the previous write of this chain did not know: then all comes before that one.
        if (reach === NONE || (previous !== NONE && cells[previous * chains + groupChain[g]!] === reach)) continue;
        w = this.#writes.lastUntil(g, reach);
      }
      if (w !== NONE && writer[writes[w]!] !== AMBIGUOUS) this.#readersPrecede(writes[w]!, u);
    }
  }

  /** In each chain the last write before a reader of what `w` wrote: it comes before `w`, too. */
  #overwritten(w: number): void {
    const { chain, chains, key, position, writes } = this.#problem;
    const { groupsOf, groupChain } = this.#writes;
    const { cells } = this.#clocks;
    const version = writes[w]!;
    const from = this.#readersOf[version]!;
    const to = this.#readersOf[version + 1]!;
    for (let g = groupsOf[key[w]!]!; g < groupsOf[key[w]! + 1]!; g++) {
      const c = groupChain[g]!;
      let reach: number = cells[w * chains + c]!;
      let reader: number = NONE;
      for (let i = from; i < to; i++) {
        const r = this.#readers[i]!;
        let until = cells[r * chains + c]!;
        if (until <= reach) continue;
        // A cas is a write itself, but no other one.
        if (chain[r] === c && writes[r] !== NONE) until = position[r]! - 1;
        if (until <= reach) continue;
        reach = until;
        reader = r;
      }
      if (reader === NONE) continue;
      const u = this.#writes.lastUntil(g, reach);
      if (u !== NONE && u !== w && !this.#clocks.precedes(u, w)) this.#add(u, w, OVERWRITTEN, reader);
    }
  }

  #add(from: number, to: number, kind: number, reader: number): void {
    if (this.#closing !== NONE) return;
    const edge = this.#edges.add(from, to, kind, reader);
    if (this.#clocks.precedes(to, from)) this.#closing = edge;
    else this.#clocks.join(from, to);
  }
}

/** Per version the operations that certainly read it, the last one of each chain: it implies what the others do. */
function lastReaders({ count, versions, reads, optional, chain, chains }: Problem): [Int32Array, Int32Array] {
  const starts = new Int32Array(versions + 1);
  const isReader = (n: number) => reads[n] !== NONE && optional[n] === 0;
  for (let n = 0; n < count; n++) if (isReader(n)) starts[reads[n]! + 1]!++;
  for (let v = 0; v < versions; v++) starts[v + 1]! += starts[v]!;
  const nodes = new Int32Array(starts[versions]!);
  const next = starts.slice();
  for (let n = 0; n < count; n++) if (isReader(n)) nodes[next[reads[n]!]!++] = n;
  const kept = new Int32Array(versions + 1);
  // Where the reader of a chain is, for the version whose number is in `current`.
  const place = new Int32Array(chains);
  const current = new Int32Array(chains).fill(NONE);
  let end = 0;
  for (let v = 0; v < versions; v++) {
    kept[v] = end;
    for (let i = starts[v]!; i < starts[v + 1]!; i++) {
      const n = nodes[i]!;
      const c = chain[n]!;
      if (current[c] === v) {
        nodes[place[c]!] = n;
      } else {
        current[c] = v;
        place[c] = end;
        nodes[end++] = n;
      }
    }
  }
  kept[versions] = end;
  return [kept, nodes.subarray(0, end)];
}
