// In which order a guess tries writes. A linearizable history is always put in order by its zones, without any constraint.
import { NONE } from './operations.js';
import { AMBIGUOUS, NEVER, type Problem } from './problem.js';

/** Per node the beginning of the zone of what it writes; the versions that a chain of cas makes of one another share a zone. */
export function zoneOrder({ count, versions, reads, writes, writer, invoked, returned }: Problem): Int32Array {
  const root = new Int32Array(versions).fill(NONE);
  const rootOf = (version: number): number => {
    if (root[version] !== NONE) return root[version]!;
    const path: number[] = [];
    let v = version;
    while (root[v] === NONE) {
      root[v] = v;
      path.push(v);
      const w = writer[v]!;
      if (w >= 0 && reads[w] !== NONE) v = reads[w]!;
    }
    const found = root[v]!;
    for (const one of path) root[one] = found;
    return found;
  };
  const first = new Int32Array(versions).fill(NEVER);
  const last = new Int32Array(versions);
  const widen = (version: number, n: number) => {
    const v = rootOf(version);
    if (returned[n]! < first[v]!) first[v] = returned[n]!;
    if (invoked[n]! > last[v]!) last[v] = invoked[n]!;
  };
  for (let n = 0; n < count; n++) {
    if (reads[n] !== NONE) widen(reads[n]!, n);
    if (writes[n] !== NONE) widen(writes[n]!, n);
  }
  const priority = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    if (writes[n] === NONE) continue;
    const version = writes[n]!;
    const v = rootOf(version);
    priority[n] = writer[version] === AMBIGUOUS ? invoked[n]! : Math.min(first[v]!, last[v]!);
  }
  return priority;
}
