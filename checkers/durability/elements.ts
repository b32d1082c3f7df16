// Elements of sets that are gone in the end: their add was acknowledged, nobody tried to remove them, no final read shows them.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';
import type { FinalRead } from '../shared/final-reads.js';
import { Interner } from '../shared/interner.js';

export interface ElementJudgement {
  /** Invocations of the acknowledged adds of elements that are lost, one each, in order. */
  lost: number[];
  /** Elements that a final read had to show. */
  judged: number;
  acknowledged: number;
  /** Final reads that returned a list. */
  finals: FinalRead[];
}

/** `finals`: all final reads; `remove` may be a function that never occurs. */
export function judgeElements(
  history: History,
  names: { add: string; remove: string },
  finals: readonly FinalRead[],
): ElementJudgement {
  const { type, f, mate, process, length } = history.columns;
  const add = history.functionId(names.add);
  const remove = history.functionId(names.remove);
  const readable = finals.filter(({ completed }) => Array.isArray(history.value(completed)));
  const first = readable.reduce((least, { invoked }) => Math.min(least, invoked), Number.POSITIVE_INFINITY);
  const interner = new Interner();
  /** By element, the add that was acknowledged first, by its invocation. */
  const adds = new Map<number, number>();
  const removed = new Set<number>();
  let acknowledged = 0;
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0 || type[row] !== EVENT_INVOKE) continue;
    const end = mate[row]!;
    if (f[row] === add && end >= 0 && type[end] === EVENT_OK) {
      acknowledged++;
      const id = interner.intern(history.value(row));
      if (end < first && !adds.has(id)) adds.set(id, row);
    } else if (f[row] === remove && !(end >= 0 && type[end] === EVENT_FAIL)) {
      removed.add(interner.intern(history.value(row)));
    }
  }
  const shown = new Set<number>();
  for (const { completed } of readable) {
    for (const element of history.value(completed) as unknown[]) shown.add(interner.find(element));
  }
  const open = readable.length === 0 ? [] : [...adds].filter(([id]) => !removed.has(id));
  const lost = open.filter(([id]) => !shown.has(id)).map(([, row]) => row);
  return { lost, judged: open.length, acknowledged, finals: readable };
}
