// Sequential consistency of a history of registers: one order of all operations on all keys that every process could have seen.
import type { Anomaly, Valid } from '../../framework/contracts/checker.js';
import type { History } from '../../framework/contracts/history.js';
import { amount } from '../shared/text.js';
import { MOST_CELLS } from './clocks.js';
import { explain } from './explain.js';
import { type RegisterOperations, registerOperations, repeatedValues } from './operations.js';
import { type Problem, wholeProblem } from './problem.js';
import { replay } from './replay.js';
import { type Solution, solve } from './solve.js';
import { violatedWindow } from './windows.js';
import { witnessOf } from './witness.js';

export interface SequentialOptions {
  /** The value of every key at the start; null by default. */
  initial?: unknown;
  /** Writes that the search may try before it gives up; by default as many as take a few seconds. */
  budget?: number;
  /** Asked now and then; true ends the check with `unknown`. */
  cancelled?: () => boolean;
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
  /** Integers that the table of constraints may take (4 bytes each); 64 M by default. */
  cells?: number;
}

export interface SequentialResult {
  valid: Valid;
  /** A clause. */
  reason: string;
  /** At most one. */
  anomalies: Anomaly[];
  /** Operations that happened or may have happened, but for those that nobody could notice. */
  operations: number;
  /** Writes that the search tried; 0: it was not needed. */
  configurations: number;
  /** Valid: event indexes of the invocations in an order that explains the history. */
  order?: Int32Array;
}

/**
 * Judges whether one total order of all operations, on all keys together, respects the order in which each process did its own
 * and lets every read see the last write of its key (Lamport 1979). Real time plays no part. `fail` did not happen; `info` may
 * have. Deterministic unless `cancelled` ends it. Throws `ChaosError`: `model-function`, `model-value`.
 */
export function checkSequential(history: History, options: SequentialOptions = {}): SequentialResult {
  const stop = () => options.cancelled?.() === true;
  const operations = registerOperations(history, options);
  const result = (valid: Valid, reason: string, configurations: number, anomalies: Anomaly[] = []) => {
    return { valid, reason, anomalies, operations: operations.count, configurations };
  };
  if (stop()) return result('unknown', ENDED.stopped, 0);
  const problem = wholeProblem(operations);
  const cells = options.cells ?? MOST_CELLS;
  const solution = solve(problem, { budget: options.budget ?? null, stop, cells });
  const { outcome, order, configurations, ended } = solution;
  if (outcome === 'consistent') {
    replay(operations, order!);
    return { ...result(true, whyValid(operations), configurations), order: order!.map((i) => operations.row[i]!) };
  }
  const found =
    outcome === 'inconsistent'
      ? { problem, solution }
      : ended === 'cells'
        ? violatedWindow(operations, cells, stop)
        : null;
  if (found !== null) {
    const witness = witnessOf(operations, found.problem, found.solution);
    return result(false, WHY_INVALID, configurations, [explain(operations, witness)]);
  }
  if (stop()) return result('unknown', ENDED.stopped, configurations);
  return result('unknown', whyUnknown(operations, problem, solution), configurations);
}

const WHY_INVALID = 'no single order of the operations explains what every process saw';

const ENDED = {
  stopped: 'the check was stopped before it was done',
  budget: 'neither an order nor a contradiction was found: the budget of the search ran out',
  cells: 'neither an order nor a contradiction was found: the constraints do not fit into memory',
};

function whyValid({ count, history, sessions }: RegisterOperations): string {
  const keys = Math.max(1, history.keys.length);
  return `${amount(count, 'operation')} on ${amount(keys, 'key')} by ${amount(sessions, 'process', 'processes')} can be put in one order`;
}

function whyUnknown(
  operations: RegisterOperations,
  { count, chains }: Problem,
  { ended, configurations }: Solution,
): string {
  const repeated = repeatedValues(operations);
  if (ended === 'cells')
    return `${ENDED.cells} (${amount(count, 'operation')} by ${amount(chains, 'process', 'processes')})`;
  if (ended === 'stopped') return ENDED.stopped;
  const why = repeated === null ? '' : `, and ${repeated}`;
  return `${ENDED.budget} after ${amount(configurations, 'write')}${why}`;
}
