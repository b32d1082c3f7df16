// The reads that show what is left in the end: the last one of each node once everything had healed.
import { EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';
import { courseOf } from './phases.js';

export interface FinalRead {
  /** The node that answered, or the process where the history names no nodes. */
  place: string;
  /** Rows of the invocation and of the completion. */
  invoked: number;
  completed: number;
}

/**
 * The row after which reads are final: the beginning of the final phase; in a history without phases, the last invocation of
 * `add`. Null: the run ended before its final phase.
 */
export function finalStart(history: History, add: string): number | null {
  const { phases } = courseOf(history);
  if (phases.size > 0) return phases.get('final')?.row ?? null;
  const { type, f } = history.columns;
  const id = history.functionId(add);
  for (let row = history.length - 1; row >= 0; row--) {
    if (f[row] === id && type[row] === EVENT_INVOKE) return row;
  }
  return -1;
}

/** Every `ok` read that is final, in order of completion. */
export function allFinalReads(history: History, read: string, add: string): FinalRead[] {
  const start = finalStart(history, add);
  const { type, f, mate, node, process, length } = history.columns;
  const id = history.functionId(read);
  const reads: FinalRead[] = [];
  if (start === null || id < 0) return reads;
  for (let row = start + 1; row < length; row++) {
    if (f[row] !== id || type[row] !== EVENT_OK || process[row]! < 0 || mate[row]! <= start) continue;
    const place = history.nodes[node[row]!] ?? `process ${process[row]}`;
    reads.push({ place, invoked: mate[row]!, completed: row });
  }
  return reads;
}

/** The last final read of each place, in order of the places' first ones. */
export function lastFinalReads(history: History, read: string, add: string): FinalRead[] {
  const last = new Map<string, FinalRead>();
  for (const final of allFinalReads(history, read, add)) {
    const known = last.get(final.place);
    if (known === undefined || known.invoked < final.invoked) last.set(final.place, final);
  }
  return [...last.values()];
}
