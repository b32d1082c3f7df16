// The reads of a counter, each with the values it may have returned.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';

export interface CounterRead {
  /** Rows of the invocation and of the completion. */
  invoked: number;
  completed: number;
  /** What it returned; null: not a number. */
  value: number | null;
  /** Acknowledged before it began and everything negative attempted before it ended; and the other way round. */
  lower: number;
  upper: number;
  /** Invocation of the add that was acknowledged last before the read began; -1: none. */
  lastAdd: number;
}

export interface CounterHistory {
  /** `ok` reads in order of completion. */
  reads: CounterRead[];
  /** Adds that did not fail, in order of invocation: rows (the completion is that of an `ok`, else -1) and amounts. */
  adds: { invoked: number; acknowledged: number; delta: number }[];
  /** Whether any of them added, and whether any took away. */
  ups: boolean;
  downs: boolean;
}

interface Begun {
  up: number;
  down: number;
  lastAdd: number;
}

/** One pass; adds whose amount is not a number are ignored. */
export function counterHistory(history: History, add: string, read: string): CounterHistory {
  const { type, f, mate, process, length } = history.columns;
  const addId = history.functionId(add);
  const readId = history.functionId(read);
  const result: CounterHistory = { reads: [], adds: [], ups: false, downs: false };
  const attempted = { up: 0, down: 0 };
  const acknowledged = { up: 0, down: 0 };
  const open = new Map<number, Begun>();
  let lastAdd = -1;
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0) continue;
    const end = mate[row]!;
    if (f[row] === addId) {
      const begins = type[row] === EVENT_INVOKE;
      const invoked = begins ? row : end;
      const delta = invoked < 0 ? undefined : history.value(invoked);
      if (typeof delta !== 'number' || !Number.isFinite(delta)) continue;
      const direction = delta < 0 ? 'down' : 'up';
      if (begins) {
        const outcome = end < 0 ? -1 : type[end]!;
        if (outcome === EVENT_FAIL) continue;
        attempted[direction] += delta;
        result.adds.push({ invoked: row, acknowledged: outcome === EVENT_OK ? end : -1, delta });
        if (delta > 0) result.ups = true;
        if (delta < 0) result.downs = true;
      } else if (type[row] === EVENT_OK) {
        acknowledged[direction] += delta;
        lastAdd = end;
      }
    } else if (f[row] === readId) {
      if (type[row] === EVENT_INVOKE) {
        if (end >= 0) open.set(row, { ...acknowledged, lastAdd });
        continue;
      }
      const begun = open.get(end);
      open.delete(end);
      if (begun === undefined || type[row] !== EVENT_OK) continue;
      const value = history.value(row);
      result.reads.push({
        invoked: end,
        completed: row,
        value: typeof value === 'number' ? value : null,
        lower: begun.up + attempted.down,
        upper: attempted.up + begun.down,
        lastAdd: begun.lastAdd,
      });
    }
  }
  return result;
}
