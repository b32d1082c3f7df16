// The fewest operations that prove a violation: none of them can be left out, and a judge of its own agrees.
import { ChaosError } from '../../framework/contracts/error.js';
import { canonical } from '../shared/canonical.js';
import { isSequentiallyConsistent, type JudgedOperation, TooHard } from './brute-force.js';
import { groundsOf } from './grounds.js';
import { NONE, type RegisterOperations } from './operations.js';
import { helpersOf, type Problem, relaxedProblem } from './problem.js';
import { type Solution, solve } from './solve.js';

export interface Witness {
  /** Indexes into the operations, ascending. */
  required: number[];
  /** Leaving out any of them leaves operations that can be put in order. */
  irreducible: boolean;
  /** The brute-force judge agrees; false: it is too much for that. */
  rechecked: boolean;
}

/** Writes that a question may try. */
const MOST_EACH = 20_000;
/** Nodes that all questions together may look at. */
const MOST_WORK = 20_000_000;
/** Up to this many operations the shrinking is tried from both ends. */
const FEW = 48;
const MOST_STEPS = 300_000;

/** `problem`: of operations that cannot be put in order, as `solution` says. */
export function witnessOf(operations: RegisterOperations, problem: Problem, solution: Solution): Witness {
  const questions = new Questions(operations);
  const first = suspects(operations, problem, solution, questions);
  const rough = first.length > FEW ? questions.halve(first) : first;
  const small = questions.shrink(rough);
  const other = rough.length <= FEW ? questions.shrink([...rough].reverse()) : small;
  const required = (other.length < small.length ? other : small).sort((a, b) => a - b);
  const rechecked = recheck(operations, required);
  return { required, irreducible: !questions.gaveUp, rechecked };
}

/** Operations that are known to contradict each other. */
function suspects(
  { happened }: RegisterOperations,
  problem: Problem,
  { sourceless, saturated }: Solution,
  questions: Questions,
): number[] {
  const { origin } = problem;
  if (sourceless !== NONE) return [origin[sourceless]!];
  if (saturated !== null) return groundsOf(problem, saturated).nodes.map((n) => origin[n]!);
  const all = [...origin].filter((i) => happened[i] === 1);
  // The shortest prefix that has no order.
  let [low, high] = [1, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (questions.fails(all.slice(0, middle))) high = middle;
    else low = middle + 1;
  }
  return all.slice(0, low);
}

class Questions {
  gaveUp = false;
  #work = 0;
  readonly #operations: RegisterOperations;

  constructor(operations: RegisterOperations) {
    this.#operations = operations;
  }

  /** Whether the operations have no order, whatever the others did; false also where that is too hard to tell. */
  fails(required: readonly number[]): boolean {
    if (this.#work > MOST_WORK) {
      this.gaveUp = true;
      return false;
    }
    const problem = relaxedProblem(
      this.#operations,
      [...required].sort((a, b) => a - b),
    );
    const solution = solve(problem, { budget: MOST_EACH, stop: () => false });
    this.#work += problem.count + 16 + solution.configurations * 4;
    if (solution.outcome === 'unknown') this.gaveUp = true;
    return solution.outcome === 'inconsistent';
  }

  /** Leaves out pieces, large ones first. */
  halve(all: readonly number[]): number[] {
    let kept = [...all];
    for (let size = kept.length >> 1; size > 1; size >>= 1) {
      for (let at = kept.length - size; at > -size; at -= size) {
        const from = Math.max(0, at);
        const less = [...kept.slice(0, from), ...kept.slice(at + size)];
        if (this.fails(less)) kept = less;
      }
    }
    return kept;
  }

  /** Leaves out one operation after the other, the last first: what could not be left out then never can be. */
  shrink(all: readonly number[]): number[] {
    let kept = [...all];
    for (let at = kept.length - 1; at >= 0; at--) {
      const less = kept.toSpliced(at, 1);
      if (this.fails(less)) kept = less;
    }
    return kept;
  }
}

/** False when it is too hard. Throws an internal error when the judge finds an order. */
function recheck(operations: RegisterOperations, required: readonly number[]): boolean {
  try {
    if (!isSequentiallyConsistent(judgedOperations(operations, required), initialText(operations), MOST_STEPS))
      return true;
  } catch (error) {
    if (error instanceof TooHard) return false;
    throw error;
  }
  const rows = required.map((i) => operations.row[i]!).join(', ');
  throw new ChaosError('sequential-disagreement', `the operations ${rows} can be put in order after all`, {
    kind: 'internal',
    hint: 'please report this, with the history',
  });
}

function initialText({ versions }: RegisterOperations): string {
  return canonical(versions.value(0));
}

/** The required operations, and the others that could have written what they read. */
export function judgedOperations(operations: RegisterOperations, required: readonly number[]): JudgedOperation[] {
  const { key, reads, writes, session, versions, happened } = operations;
  const kept = new Set(required);
  const text = (version: number) => (version === NONE ? null : canonical(versions.value(version)));
  const all = [...required, ...helpersOf(operations, required)].sort((a, b) => a - b);
  return all.map((i) => {
    const relaxed = !kept.has(i) && happened[i] === 1;
    return {
      process: session[i]!,
      key: key[i]!,
      read: relaxed ? null : text(reads[i]!),
      written: text(writes[i]!),
      optional: !kept.has(i),
      anytime: relaxed,
    };
  });
}
