// Splits a history by key into columns of operations: keys are independent, so each is judged by itself.

import { ChaosError } from '../../../framework/contracts/error.js';
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../../framework/contracts/history.js';
import { int32 } from '../../shared/columns.js';
import { MODELS } from '../models/table.js';
import { type Actions, NO_PROCESS } from './actions.js';
import { NO_VALUE, NULL_ID } from './values.js';

/** `ret` of an operation that never returned: it may take effect at any time, or not at all. */
export const NEVER = 0x7fffffff;

/** Operations in order of invocation. Stamps are dense: the n-th event that matters on this key has stamp n. */
export interface Operations {
  readonly count: number;
  /** Stamp of the invocation, and of the return or NEVER. */
  readonly call: Int32Array;
  readonly ret: Int32Array;
  /** Number in `Actions`. */
  readonly action: Int32Array;
}

/** The operations on one key that happened or may have happened: failed ones are left out. */
export interface Partition extends Operations {
  /** Index into the history's `keys`; -1: no key. */
  readonly key: number;
  /** Event index of the invocation. */
  readonly row: Int32Array;
  /** Stamps in use. */
  readonly events: number;
}

export interface PartitionOptions {
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
}

const SKIPPED = -1;

/**
 * The partitions of a history in the order in which their keys first appear. Throws `model-function` for a function that the
 * model does not know and `model-value` for a value that makes no sense.
 */
export function partition(history: History, actions: Actions, options: PartitionOptions = {}): Partition[] {
  const { columns } = history;
  const { length, type, mate, key, process } = columns;
  const functionOf = functionNumbers(history, actions);
  // As many as there can be, mostly; what is not used costs nothing.
  actions.reserve((length >>> 1) + 1);
  actions.values.reserve((length >>> 1) + 1);
  const action = int32(length).fill(SKIPPED);
  const counts = int32(history.keys.length + 1);
  for (let row = 0; row < length; row++) {
    if (type[row] !== EVENT_INVOKE || process[row]! < 0) continue;
    const f = functionOf(row);
    const end = mate[row]!;
    const ok = end >= 0 && type[end] === EVENT_OK;
    if (!ok && end >= 0 && type[end] === EVENT_FAIL) continue;
    const output = ok && actions.observesOutput(f) ? actions.values.ofRow(history, end) : NO_VALUE;
    if (options.nilMatchesAny === true && output === NULL_ID && actions.isPure(f)) continue;
    const input = actions.observesInput(f) ? actions.values.ofRow(history, row) : NO_VALUE;
    try {
      action[row] = actions.id(f, input, output, actions.isOwned(f) ? process[row]! : NO_PROCESS);
    } catch (error) {
      throw atEvent(error, row);
    }
    counts[key[row]! + 1]!++;
  }
  return fill(history, action, counts);
}

/** The error with the operation that it is about. */
function atEvent(error: unknown, event: number): unknown {
  if (!(error instanceof ChaosError) || error.event !== undefined) return error;
  const { code, message, kind, hint } = error;
  return new ChaosError(code, `${message} (operation ${event} of the history)`, {
    kind,
    event,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

function functionNumbers(history: History, actions: Actions): (row: number) => number {
  const numbers = history.functions.map((name) => actions.functions.indexOf(name));
  return (row) => {
    const f = history.columns.f[row]!;
    const number = numbers[f]!;
    if (number >= 0) return number;
    throw new ChaosError(
      'model-function',
      `the model ${actions.model.name} has no function ${history.functions[f]} (operation ${row} of the history)`,
      {
        kind: 'usage',
        event: row,
        hint: `its functions are ${actions.functions.join(', ')}; ${fitting(history)}`,
      },
    );
  };
}

/** Which models have all functions of the clients. */
function fitting({ columns, functions }: History): string {
  const used = new Set<string>();
  for (let row = 0; row < columns.length; row++) {
    if (columns.process[row]! >= 0) used.add(functions[columns.f[row]!]!);
  }
  const fit = MODELS.filter((model) => [...used].every((f) => Object.hasOwn(model.functions, f)));
  return fit.length === 0
    ? 'choose the model that fits the history'
    : `models that have all functions of this history: ${fit.map(({ name }) => name).join(', ')}`;
}

/** `actionOf`: the action of each invocation, or SKIPPED; used up. */
function fill(history: History, actionOf: Int32Array, counts: Int32Array): Partition[] {
  const { length, type, mate, key } = history.columns;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const row = int32(total);
  const call = int32(total);
  const ret = int32(total).fill(NEVER);
  const action = int32(total);
  const next = int32(counts.length);
  for (let k = 1; k < counts.length; k++) next[k] = next[k - 1]! + counts[k - 1]!;
  const start = next.slice();
  const clock = int32(counts.length);
  for (let r = 0; r < length; r++) {
    const invocation = type[r] === EVENT_INVOKE ? r : type[r] === EVENT_OK ? mate[r]! : -1;
    if (invocation < 0 || actionOf[invocation] === SKIPPED) continue;
    const k = key[r]! + 1;
    const stamp = clock[k]!++;
    if (invocation === r) {
      const at = next[k]!++;
      row[at] = r;
      call[at] = stamp;
      action[at] = actionOf[r]!;
      // From here on it is where the operation went.
      actionOf[r] = at;
    } else {
      ret[actionOf[invocation]!] = stamp;
    }
  }
  const partitions: Partition[] = [];
  for (let k = 0; k < counts.length; k++) {
    const [from, to] = [start[k]!, next[k]!];
    if (from === to) continue;
    partitions.push({
      key: k - 1,
      count: to - from,
      row: row.subarray(from, to),
      call: call.subarray(from, to),
      ret: ret.subarray(from, to),
      action: action.subarray(from, to),
      events: clock[k]!,
    });
  }
  return partitions;
}
