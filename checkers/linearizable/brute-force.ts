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
 * The same answer by going forward: from the start to all that can be reached, those with the fewest optional operations in
 * effect first. To have fewer of them in effect, all else being equal, is never worse, and of two that do the same the one that
 * was invoked first never is; so much need not be looked at. For few required operations among many optional ones. Throws
 * `TooHard` after `steps` steps.
 */
export function isReachable(
  model: AnyModel,
  initial: unknown,
  required: readonly JudgedOperation[],
  optional: readonly JudgedOperation[],
  steps = 200_000,
): boolean {
  const twin = earlierTwins(model, optional);
  const known = new Map<string, bigint[]>();
  const waiting: { placed: Placed; state: unknown; used: bigint }[][] = [];
  const reach = (placed: Placed, state: unknown, used: bigint, count: number) => {
    const text = placed.text() + textOf(model, state);
    const others = known.get(text);
    if (others?.some((fewer) => (fewer & used) === fewer) === true) return;
    if (others === undefined) known.set(text, [used]);
    else others.push(used);
    waiting[count] ??= [];
    waiting[count].push({ placed, state, used });
  };
  let left = steps;
  reach(new Placed(required), model.initial(initial), 0n, 0);
  for (let count = 0; count < waiting.length; count++) {
    for (let at = waiting[count]?.pop(); at !== undefined; at = waiting[count]!.pop()) {
      const { placed, state, used } = at;
      const deadline = placed.deadline();
      if (deadline === Infinity) return true;
      const next = ({ f, input, output, process, invoked }: JudgedOperation): unknown => {
        if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
        return invoked > deadline ? ILLEGAL : (model.step(state, f, input, output, process) as unknown);
      };
      for (const [i, operation] of required.entries()) {
        const after = placed.has(i) ? ILLEGAL : next(operation);
        if (after !== ILLEGAL) reach(placed.with(i), after, used, count);
      }
      for (const [i, operation] of optional.entries()) {
        const bit = 1n << BigInt(i);
        const isNext = (used & bit) === 0n && (twin[i] === undefined || (used & (1n << BigInt(twin[i]))) !== 0n);
        const after = isNext ? next(operation) : ILLEGAL;
        if (after !== ILLEGAL) reach(placed, after, used | bit, count + 1);
      }
    }
  }
  return false;
}

/**
 * Whether the required operations can be ordered if each optional one may take effect any number of times after its
 * invocation: the most generous reading of "the others may have done anything". When even that fails, they contradict each
 * other. For models with few states only: those of a queue would grow with every step. Throws `TooHard` after `steps` steps.
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

/** For each operation the last one invoked before it that does the same. */
function earlierTwins(model: AnyModel, operations: readonly JudgedOperation[]): (number | undefined)[] {
  const last = new Map<string, number>();
  const twin: (number | undefined)[] = operations.map(() => undefined);
  const order = operations.map((_, i) => i).sort((a, b) => operations[a]!.invoked - operations[b]!.invoked);
  for (const i of order) {
    const { f, input, output, process } = operations[i]!;
    const { observes, owned } = model.functions[f]!;
    const got = observes === 'input' || output === undefined ? [] : [output];
    const text = JSON.stringify([f, observes === 'output' ? null : input, got, owned === true ? process : null]);
    twin[i] = last.get(text);
    last.set(text, i);
  }
  return twin;
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
    return this.#bits.length === 1 ? String.fromCharCode(this.#bits[0]!, 32) : `${String.fromCharCode(...this.#bits)} `;
  }
}
