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
  const placed = new Placed(operations);
  let left = steps;
  const canFinish = (state: unknown): boolean => {
    if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
    const deadline = placed.deadline();
    if (deadline === Infinity) return true;
    const text = placed.text() + textOf(model, state);
    if (dead.has(text)) return false;
    for (let i = 0; i < operations.length; i++) {
      const { f, input, output, invoked, process } = operations[i]!;
      // Whatever returned before this one was invoked has to be placed before it.
      if (placed.has(i) || invoked > deadline) continue;
      const next = model.step(state, f, input, output, process) as unknown;
      if (next === ILLEGAL) continue;
      placed.add(i);
      if (canFinish(next)) return true;
      placed.remove(i);
    }
    dead.add(text);
    return false;
  };
  return canFinish(model.initial(initial));
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
  const start = { placed: new Placed(required), state: model.initial(initial) as unknown };
  const known = new Set([start.placed.text() + textOf(model, start.state)]);
  const waiting = [start];
  let left = steps;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { placed, state } = at;
    const deadline = placed.deadline();
    if (deadline === Infinity) return true;
    const visit = ({ f, input, output, process, invoked }: JudgedOperation, after: Placed) => {
      if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
      if (invoked > deadline) return;
      const next = model.step(state, f, input, output, process) as unknown;
      if (next === ILLEGAL) return;
      const text = after.text() + textOf(model, next);
      if (known.has(text)) return;
      known.add(text);
      waiting.push({ placed: after, state: next });
    };
    for (const [i, operation] of required.entries()) if (!placed.has(i)) visit(operation, placed.with(i));
    for (const operation of optional) visit(operation, placed);
  }
  return false;
}

function textOf(model: AnyModel, state: unknown): string {
  return JSON.stringify(model.identity?.(state) ?? state);
}

/** Which operations are in order already. */
class Placed {
  readonly #operations: readonly JudgedOperation[];
  readonly #bits: Uint16Array;

  constructor(operations: readonly JudgedOperation[], bits = new Uint16Array(Math.ceil(operations.length / 16))) {
    this.#operations = operations;
    this.#bits = bits;
  }

  has(i: number): boolean {
    return (this.#bits[i >> 4]! & (1 << (i & 15))) !== 0;
  }

  add(i: number): void {
    this.#bits[i >> 4]! |= 1 << (i & 15);
  }

  remove(i: number): void {
    this.#bits[i >> 4]! &= ~(1 << (i & 15));
  }

  with(i: number): Placed {
    const copy = new Placed(this.#operations, this.#bits.slice());
    copy.add(i);
    return copy;
  }

  /** The first return among those that are not placed; Infinity: only optional ones are left. */
  deadline(): number {
    let first = Infinity;
    for (let i = 0; i < this.#operations.length; i++) {
      const { returned } = this.#operations[i]!;
      if (returned < first && !this.has(i)) first = returned;
    }
    return first;
  }

  text(): string {
    return `${String.fromCharCode(...this.#bits)} `;
  }
}
