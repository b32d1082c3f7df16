// An independent judge for small histories: tries every order by the definition of linearizability, with nothing clever in it.
import { type AnyModel, ILLEGAL } from './models/model.js';

/** Instants are any numbers that order the events; `returned` is Infinity for an operation that may or may not have happened. */
export interface JudgedOperation {
  f: string;
  input: unknown;
  /** Undefined when it is not known. */
  output: unknown;
  invoked: number;
  returned: number;
}

/** Thrown when the judge would need more steps than allowed. */
export class TooHard extends Error {}

/**
 * Whether some order of the operations, those without a return being optional, respects real time and the model.
 * Throws `TooHard` after `steps` steps.
 */
export function isLinearizable(
  model: AnyModel,
  initial: unknown,
  operations: readonly JudgedOperation[],
  steps = 1_000_000,
): boolean {
  const dead = new Set<string>();
  let left = steps;
  const canFinish = (placed: readonly boolean[], state: unknown): boolean => {
    if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
    const waiting = operations.filter((operation, i) => !placed[i] && operation.returned !== Infinity);
    if (waiting.length === 0) return true;
    const text = `${placed.map(Number).join('')} ${JSON.stringify(model.identity?.(state) ?? state)}`;
    if (dead.has(text)) return false;
    const deadline = Math.min(...waiting.map((operation) => operation.returned));
    for (const [i, { f, input, output, invoked }] of operations.entries()) {
      // Whatever returned before this one was invoked has to be placed before it.
      if (placed[i] || invoked > deadline) continue;
      const next = model.step(state, f, input, output) as unknown;
      if (next !== ILLEGAL && canFinish(placed.with(i, true), next)) return true;
    }
    dead.add(text);
    return false;
  };
  return canFinish(
    operations.map(() => false),
    model.initial(initial),
  );
}
