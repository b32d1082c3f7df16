// An independent judge for small histories: tries every order by the definition of linearizability, with nothing clever in it.
import { type AnyModel, ILLEGAL } from './models/model.js';

/** Instants are any numbers that order the events; `returned` is Infinity for an operation that may or may not have happened. */
export interface JudgedOperation {
  f: string;
  process: number;
  input: unknown;
  /** Undefined when it is not known. */
  output: unknown;
  invoked: number;
  returned: number;
}

/** The recursion is as deep as there are operations. */
const MOST_OPERATIONS = 1000;

/** Thrown when the judge would need more steps than allowed. */
export class TooHard extends Error {}

/**
 * Whether some order of the operations, those without a return being optional, respects real time and the model.
 * Throws `TooHard` after `steps` steps, or when there are too many operations.
 */
export function isLinearizable(
  model: AnyModel,
  initial: unknown,
  operations: readonly JudgedOperation[],
  steps = 1_000_000,
): boolean {
  if (operations.length > MOST_OPERATIONS) throw new TooHard(`more than ${MOST_OPERATIONS} operations`);
  const dead = new Set<string>();
  let left = steps;
  const canFinish = (placed: readonly boolean[], state: unknown): boolean => {
    if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
    const waiting = operations.filter((operation, i) => !placed[i] && operation.returned !== Infinity);
    if (waiting.length === 0) return true;
    const text = `${placed.map(Number).join('')} ${JSON.stringify(model.identity?.(state) ?? state)}`;
    if (dead.has(text)) return false;
    const deadline = Math.min(...waiting.map((operation) => operation.returned));
    for (const [i, { f, input, output, invoked, process }] of operations.entries()) {
      // Whatever returned before this one was invoked has to be placed before it.
      if (placed[i] || invoked > deadline) continue;
      const next = model.step(state, f, input, output, process) as unknown;
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

/**
 * Whether the required operations can be ordered if each optional one may take effect any number of times after its
 * invocation: the most generous reading of "the others may have done anything". When even that fails, they contradict each
 * other. Throws `TooHard` after `steps` steps.
 */
export function isPossible(
  model: AnyModel,
  initial: unknown,
  required: readonly JudgedOperation[],
  optional: readonly JudgedOperation[],
  steps = 200_000,
): boolean {
  const start = { placed: required.map(() => false), state: model.initial(initial) as unknown };
  const textOf = (placed: readonly boolean[], state: unknown) =>
    `${placed.map(Number).join('')} ${JSON.stringify(model.identity?.(state) ?? state)}`;
  const known = new Set([textOf(start.placed, start.state)]);
  const waiting = [start];
  let left = steps;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { placed, state } = at;
    if (placed.every(Boolean)) return true;
    const deadline = Math.min(...required.filter((_, i) => !placed[i]).map((operation) => operation.returned));
    const visit = (operation: JudgedOperation, after: boolean[]) => {
      if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
      if (operation.invoked > deadline) return;
      const { f, input, output, process } = operation;
      const next = model.step(state, f, input, output, process) as unknown;
      if (next === ILLEGAL || known.has(textOf(after, next))) return;
      known.add(textOf(after, next));
      waiting.push({ placed: after, state: next });
    };
    for (const [i, operation] of required.entries()) if (!placed[i]) visit(operation, placed.with(i, true));
    for (const operation of optional) visit(operation, placed);
  }
  return false;
}
