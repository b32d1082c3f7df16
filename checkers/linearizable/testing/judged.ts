// Hands a history, or some of its operations, to the brute-force judge.
import type { History, Operation } from '../../../framework/contracts/history.js';
import { isLinearizable, type JudgedOperation } from '../brute-force.js';
import type { AnyModel } from '../models/model.js';

/** `relaxed`: it may take effect at any time after its invocation, or never. */
export function judged(operation: Operation, relaxed = false): JudgedOperation {
  const known = operation.outcome === 'ok';
  return {
    f: operation.f,
    process: operation.process,
    input: operation.asked,
    output: known ? operation.value : undefined,
    invoked: operation.index,
    returned: known && !relaxed ? operation.end : Number.POSITIVE_INFINITY,
  };
}

/** The verdict of the definition on a history without keys. */
export function bruteForce(history: History, model: AnyModel, initial: unknown = null): boolean {
  const operations = [...history.operations()].filter((operation) => operation.outcome !== 'fail');
  return isLinearizable(
    model,
    initial,
    operations.map((operation) => judged(operation)),
  );
}
