// Whether the witness of a violation proves it, and needs each of its operations: by definition, without the engine.

import type { AnyModel } from '../checkers/linearizable/models/model.js';
import { judged } from '../checkers/linearizable/testing/judged.js';
import type { Anomaly } from '../framework/contracts/checker.js';
import type { History } from '../framework/contracts/history.js';
import { holds } from './definition.js';

/** What is told of an anomaly of the checker. */
interface Told {
  stuck: number;
  witness: number[];
  rechecked: boolean;
  irreducible: boolean;
  folded: number;
}

/** What is wrong with the evidence, a sentence; undefined: nothing. */
export function problemWith(anomaly: Anomaly, history: History, model: AnyModel, initial: unknown): string | undefined {
  const { stuck, witness, irreducible, folded } = anomaly.evidence as unknown as Told;
  if (!anomaly.message.endsWith('.') || /undefined|NaN|\[object/.test(anomaly.message)) {
    return `the message is broken: ${anomaly.message}`;
  }
  // Of a lock the holds that the witness does not name are left out as a whole. What is folded is not told.
  if (model.lock !== undefined || folded > 0) return undefined;
  const until = history.operation(stuck).end;
  if (!proves(history, model, initial, witness, until)) return `operations ${witness.join(', ')} prove nothing`;
  // Of a set's reads other elements are left out, so that more of them may be needed in the history as it is.
  if (!irreducible || model.membership !== undefined) return undefined;
  const spare = witness.find((row) => {
    const without = witness.filter((one) => one !== row);
    return proves(history, model, initial, without, until);
  });
  return spare === undefined ? undefined : `operations ${witness.join(', ')} prove it without ${spare}, too`;
}

/** Whether the checker itself says that the witness may be larger than it need be, or that it was too hard to check again. */
export function isRough(anomaly: Anomaly): boolean {
  const { rechecked, irreducible, folded } = anomaly.evidence as unknown as Told;
  return !rechecked || !irreducible || folded > 0;
}

/** Whether these operations leave no order, whatever the others up to the event `until` on the same key did. */
function proves(
  history: History,
  model: AnyModel,
  initial: unknown,
  required: readonly number[],
  until: number,
): boolean {
  const key = history.columns.key[required[0] ?? 0];
  const operations = [...history.operations()].filter(
    ({ outcome, index }) => outcome !== 'fail' && index < until && history.columns.key[index] === key,
  );
  const kept = operations.filter(({ f, index }) => model.functions[f]!.pure !== true || required.includes(index));
  return !holds(
    model,
    initial,
    kept.map((operation) => judged(operation, !required.includes(operation.index))),
  );
}
