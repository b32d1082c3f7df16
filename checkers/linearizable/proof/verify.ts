// An independent judge of proofs: takes an order and the history, and knows nothing but the definition and the model.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../../framework/contracts/history.js';
import type { Key } from '../../../framework/contracts/operation.js';
import { type AnyModel, ILLEGAL } from '../models/model.js';

export interface Claim {
  model: AnyModel;
  initial: unknown;
  nilMatchesAny?: boolean;
}

/** Operations asked about between two questions whether to stop. */
const CHECK_EVERY = 1024;

/**
 * What is wrong with an order for each key, a clause; null: nothing, so the history is linearizable. `order` holds the event
 * indexes of invocations. An order holds if it has every completed operation of its key once, pending ones at most once, no
 * failed ones; if none comes after one that was invoked after its return; and if the model allows each step from the state that
 * those before it left. One pass. `cancelled`: returned as such when the caller asked to stop.
 */
export function refute(
  history: History,
  claim: Claim,
  keys: readonly { key: Key | undefined; order: Int32Array }[],
  cancelled: () => boolean = () => false,
): string | 'cancelled' | null {
  const placed = new Uint8Array(history.length);
  const ids = new Map<Key | undefined, number>(history.keys.map((key, id) => [key, id]));
  let asked = 0;
  for (const { key, order } of keys) {
    const id = ids.get(key) ?? -1;
    let state: unknown = claim.model.initial(claim.initial);
    let latest = -1;
    for (const row of order) {
      if (asked++ % CHECK_EVERY === 0 && cancelled()) return 'cancelled';
      const problem = misplaced(history, placed, id, row, latest);
      if (problem !== null) return problem;
      placed[row] = 1;
      latest = Math.max(latest, row);
      const next = stepOf(history, claim, state, row);
      if (next === ILLEGAL) return `operation ${row} is illegal in the state ${claim.model.showState(state)}`;
      state = next;
    }
  }
  return missing(history, placed);
}

/** The state after the operation invoked at `row`, or ILLEGAL, with the values as they are in the history. */
export function stepOf(history: History, { model, nilMatchesAny }: Claim, state: unknown, row: number): unknown {
  const { type, mate, f, process } = history.columns;
  const end = mate[row]!;
  const ok = end >= 0 && type[end] === EVENT_OK;
  const silent = ok && nilMatchesAny === true && knowsNothing(history, model, row, end);
  const output = ok && !silent ? history.value(end) : undefined;
  return model.step(state, history.functions[f[row]!]!, history.value(row), output, process[row]!) as unknown;
}

/** Whether an operation only reads and returned null. */
export function knowsNothing(history: History, model: AnyModel, row: number, end: number): boolean {
  return (
    model.functions[history.functions[history.columns.f[row]!]!]?.pure === true && (history.value(end) ?? null) === null
  );
}

/** `latest`: the last invocation among the operations before this one. */
function misplaced(history: History, placed: Uint8Array, key: number, row: number, latest: number): string | null {
  const { type, mate, process, key: keyOf } = history.columns;
  if (!(row >= 0 && row < history.length) || type[row] !== EVENT_INVOKE || process[row]! < 0)
    return `event ${row} is no invocation of a client`;
  if (keyOf[row] !== key) return `operation ${row} is about another key`;
  if (placed[row] === 1) return `operation ${row} takes effect twice`;
  const end = mate[row]!;
  if (end < 0 || (type[end] !== EVENT_OK && type[end] !== EVENT_FAIL)) return null;
  if (type[end] === EVENT_FAIL) return `operation ${row} failed`;
  return end < latest ? `operation ${row} returned before operation ${latest}, which it follows, was invoked` : null;
}

function missing(history: History, placed: Uint8Array): string | null {
  const { length, type, mate, process } = history.columns;
  for (let end = 0; end < length; end++) {
    if (type[end] !== EVENT_OK || process[end]! < 0) continue;
    const row = mate[end]!;
    if (row >= 0 && placed[row] === 0) return `operation ${row} completed and is left out`;
  }
  return null;
}
