// From when on each value of a register was certainly there, so that a write invoked later overwrites it.
import { NONE, type RegisterOperations } from '../sequential/operations.js';

/**
 * Per version the event by which it was certainly there: the acknowledgement of its write, or the end of the first read that
 * returned it; -1: from the start, infinity: never. Of no use for versions with several sources.
 */
export function versionsThere({ count, keys, end, reads, writes, versions }: RegisterOperations): Float64Array {
  const there = new Float64Array(versions.count).fill(Number.POSITIVE_INFINITY);
  there.fill(-1, 0, keys);
  for (let i = 0; i < count; i++) {
    if (end[i] === NONE) continue;
    for (const version of [reads[i]!, writes[i]!]) {
      if (version !== NONE && end[i]! < there[version]!) there[version] = end[i]!;
    }
  }
  return there;
}
