// The verdict of the definition on a whole history, by brute force, with nothing of the checker's own preparation.
import type { History, Operation } from '../../../framework/contracts/history.js';
import { isSequentiallyConsistent, type JudgedOperation } from '../brute-force.js';

const text = (value: unknown) => JSON.stringify(value ?? null);

function judged({ process, key, f, asked, value, outcome }: Operation): JudgedOperation {
  const [from, to] = f === 'cas' ? (asked as [unknown, unknown]) : [null, null];
  return {
    process,
    key: key ?? '',
    read: f === 'read' ? text(value) : f === 'cas' ? text(from) : null,
    written: f === 'write' ? text(asked) : f === 'cas' ? text(to) : null,
    optional: outcome !== 'ok',
    anytime: false,
  };
}

export function bruteForce(history: History, initial: unknown = null): boolean {
  const operations = [...history.operations()].filter(
    ({ f, outcome }) => outcome === 'ok' || (outcome === 'info' && f !== 'read'),
  );
  return isSequentiallyConsistent(operations.map(judged), text(initial), 5_000_000);
}
