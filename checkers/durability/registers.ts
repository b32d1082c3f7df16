// Writes to registers that are gone in the end: every final read of the key returns a value that they had overwritten.
import { NONE, type RegisterOperations } from '../sequential/operations.js';
import { versionsThere } from '../shared/versions-there.js';

/** What was lost of one key; operations are indexes. */
export interface LostWrites {
  /** The acknowledged write that was invoked last, and how many there are that are newer than all that is returned. */
  write: number;
  count: number;
  /** Final reads of the key, in order. */
  finals: number[];
}

export interface RegisterJudgement {
  /** In order of the first final read of each key. */
  lost: LostWrites[];
  /** Keys with final reads that could be judged, and that could not: a value that was read says not which write it is from. */
  judged: number;
  unjudged: number;
  acknowledged: number;
}

/** `start`: the event after which reads are final. */
export function judgeRegisters(operations: RegisterOperations, start: number): RegisterJudgement {
  const { keys, reads, sources } = operations;
  const there = versionsThere(operations);
  const { ofKey, replacing, acknowledged } = newestWrites(operations);
  /** Per key the event by which all that final reads return was there; what was written later, they lack. */
  const bound = new Float64Array(keys).fill(Number.POSITIVE_INFINITY);
  const all = [...finalReadsByKey(operations, start)];
  const judged = all.filter(([, finals]) => finals.every((i) => sources[reads[i]!] === 1));
  for (const [key, finals] of judged) {
    bound[key] = finals.reduce((last, i) => Math.max(last, there[reads[i]!]!), NONE);
  }
  const newer = newerWrites(operations, bound);
  const lost = judged.flatMap(([key, finals]) => {
    if (newer[key]! > 0) return [{ write: ofKey[key]!, count: newer[key]!, finals }];
    const version = reads[finals[0]!]!;
    const replaced = finals.every((i) => reads[i] === version) ? replacing[version]! : NONE;
    return replaced === NONE ? [] : [{ write: replaced, count: 1, finals }];
  });
  return { lost, judged: judged.length, unjudged: all.length - judged.length, acknowledged };
}

function finalReadsByKey(operations: RegisterOperations, start: number): Map<number, number[]> {
  const { count, key, row, end, reads, writes } = operations;
  const finals = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    if (row[i]! <= start || reads[i] === NONE || writes[i] !== NONE || end[i] === NONE) continue;
    const list = finals.get(key[i]!);
    if (list === undefined) finals.set(key[i]!, [i]);
    else list.push(i);
  }
  return finals;
}

/** Acknowledged writes: the one of each key that was invoked last, and the cas that replaced each version. */
function newestWrites({ count, keys, key, end, reads, writes, versions }: RegisterOperations) {
  const ofKey = new Int32Array(keys).fill(NONE);
  const replacing = new Int32Array(versions.count).fill(NONE);
  let acknowledged = 0;
  for (let i = 0; i < count; i++) {
    if (writes[i] === NONE || end[i] === NONE) continue;
    acknowledged++;
    ofKey[key[i]!] = i;
    if (reads[i] !== NONE) replacing[reads[i]!] = i;
  }
  return { ofKey, replacing, acknowledged };
}

/** Per key the number of acknowledged writes that were invoked after the bound. */
function newerWrites({ count, keys, key, row, end, writes }: RegisterOperations, bound: Float64Array): Int32Array {
  const counts = new Int32Array(keys);
  for (let i = 0; i < count; i++) {
    if (writes[i] !== NONE && end[i] !== NONE && row[i]! > bound[key[i]!]!) counts[key[i]!]!++;
  }
  return counts;
}
