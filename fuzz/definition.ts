// Linearizability by its definition, for many small histories: the brute-force judge with bits for lists, written apart from it
// so that the two can be compared.
import type { JudgedOperation } from '../checkers/linearizable/brute-force.js';
import { type AnyModel, ILLEGAL } from '../checkers/linearizable/models/model.js';

const MOST_OPERATIONS = 30;

/** Whether some order respects real time and the model; what never returned is optional. Throws RangeError for over 30 operations. */
export function holds(model: AnyModel, initial: unknown, operations: readonly JudgedOperation[]): boolean {
  const count = operations.length;
  if (count > MOST_OPERATIONS) throw new RangeError(`more than ${MOST_OPERATIONS} operations`);
  let required = 0;
  for (let i = 0; i < count; i++) if (operations[i]!.returned !== Number.POSITIVE_INFINITY) required |= 1 << i;
  /** States from which nothing can be reached, as texts, by what has taken effect. */
  const dead = new Map<number, Set<string>>();
  const textOf = (state: unknown) => JSON.stringify(model.identity?.(state) ?? state);
  const canFinish = (placed: number, state: unknown): boolean => {
    if ((placed & required) === required) return true;
    if (dead.get(placed)?.has(textOf(state)) === true) return false;
    let deadline = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      if ((placed & (1 << i)) === 0 && operations[i]!.returned < deadline) deadline = operations[i]!.returned;
    }
    for (let i = 0; i < count; i++) {
      const { f, input, output, invoked, process } = operations[i]!;
      if ((placed & (1 << i)) !== 0 || invoked > deadline) continue;
      const next = model.step(state, f, input, output, process) as unknown;
      if (next !== ILLEGAL && canFinish(placed | (1 << i), next)) return true;
    }
    const texts = dead.get(placed);
    if (texts === undefined) dead.set(placed, new Set([textOf(state)]));
    else texts.add(textOf(state));
    return false;
  };
  return canFinish(0, model.initial(initial));
}
