// The operations of a history by key, as the judges by definition take them.
import type { JudgedOperation } from '../checkers/linearizable/brute-force.js';
import { judged } from '../checkers/linearizable/testing/judged.js';
import type { History } from '../framework/contracts/history.js';
import type { Key } from '../framework/contracts/operation.js';

/** All that happened or may have happened, in order of invocation. */
export function byKey(history: History): Map<Key | undefined, JudgedOperation[]> {
  const keys = new Map<Key | undefined, JudgedOperation[]>();
  for (const operation of history.operations()) {
    if (operation.outcome === 'fail') continue;
    const list = keys.get(operation.key);
    if (list === undefined) keys.set(operation.key, [judged(operation)]);
    else list.push(judged(operation));
  }
  return keys;
}
