// When a cluster counts as having answered an operation.
import { EVENT_FAIL, EVENT_OK, type History } from '../../framework/contracts/history.js';
import { errorName, RPC } from '../../framework/contracts/message.js';

/** Refusals that are the answer of a working store: the key is (not) there, the value is another. */
const ANSWERS = [RPC.keyDoesNotExist, RPC.keyAlreadyExists, RPC.preconditionFailed].map(errorName);

/** True for the row of a completion that is `ok`, or a `fail` that only a working store gives (a cas that found another value). */
export function isAnswered(history: History, row: number): boolean {
  const type = history.columns.type[row];
  if (type === EVENT_OK) return true;
  if (type !== EVENT_FAIL) return false;
  const error = history.error(row);
  return error !== undefined && ANSWERS.some((name) => error.startsWith(name));
}
