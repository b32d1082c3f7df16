// How old what a read returned was: since when it had certainly been overwritten.
import { NONE, type RegisterOperations } from '../sequential/operations.js';
import { versionsThere } from '../shared/versions-there.js';

export interface Ages {
  /** Indexes of the reads that can be judged, and how old what each returned was; 0: nobody can tell that it was old. */
  reads: Int32Array;
  age: Float64Array;
  /** Per judged read, the write that had overwritten what it returned; NONE where the age is 0. */
  by: Int32Array;
  /** Reads of a value that was written more than once, and of what was never written, or not yet. */
  ambiguous: number;
  impossible: number;
}

/**
 * A version is certainly overwritten once a write that was invoked when it was there is acknowledged, or a cas that replaced
 * it. The age of a read is the time from then to its invocation.
 */
export function agesOf(operations: RegisterOperations): Ages {
  const { history, count, row, end, reads, writes, sources, writer } = operations;
  const { time } = history.columns;
  const overwriter = overwriters(operations);
  const ages: Ages = {
    reads: new Int32Array(count),
    age: new Float64Array(count),
    by: new Int32Array(count),
    ambiguous: 0,
    impossible: 0,
  };
  let judged = 0;
  for (let i = 0; i < count; i++) {
    const version = reads[i]!;
    if (version === NONE || writes[i] !== NONE || end[i] === NONE) continue;
    if (sources[version]! > 1) {
      ages.ambiguous++;
      continue;
    }
    const source = writer[version]!;
    if (sources[version] === 0 || (source !== NONE && row[source]! > end[i]!)) {
      ages.impossible++;
      continue;
    }
    const by = overwriter[version]!;
    const isOld = by !== NONE && end[by]! < row[i]!;
    ages.reads[judged] = i;
    ages.age[judged] = isOld ? time[row[i]!]! - time[end[by]!]! : 0;
    ages.by[judged] = isOld ? by : NONE;
    judged++;
  }
  return { ...ages, reads: ages.reads.subarray(0, judged), age: ages.age.subarray(0, judged) };
}

/** Per version the write that is the first to be acknowledged of those that certainly overwrite it; NONE: there is none. */
function overwriters(operations: RegisterOperations): Int32Array {
  const { count, keys, key, row, end, reads, writes, sources, writer, versions } = operations;
  const there = versionsThere(operations);
  const result = new Int32Array(versions.count).fill(NONE);
  const sooner = (a: number, b: number) => (b === NONE || (a !== NONE && end[a]! < end[b]!) ? a : b);
  // Versions by when they were there, and backwards through all operations: `first` is the write of each key that is the first
  // to be acknowledged of those that were invoked since.
  const order = [...there.keys()].filter((version) => there[version]! < Number.POSITIVE_INFINITY);
  order.sort((a, b) => there[b]! - there[a]! || a - b);
  const first = new Int32Array(keys).fill(NONE);
  let next = count - 1;
  for (const version of order) {
    for (; next >= 0 && row[next]! > there[version]!; next--) {
      if (writes[next] === NONE || end[next] === NONE) continue;
      first[key[next]!] = sooner(next, first[key[next]!]!);
    }
    result[version] = first[versions.key[version]!]!;
  }
  for (let i = 0; i < count; i++) {
    const version = reads[i]!;
    if (version === NONE || writes[i] === NONE || end[i] === NONE || sources[version] !== 1) continue;
    if (writer[version] !== i) result[version] = sooner(i, result[version]!);
  }
  return result;
}
