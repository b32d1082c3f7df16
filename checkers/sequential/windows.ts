// Where all constraints together would take too much memory: looks for a contradiction among operations that are near in time.
import { NONE, type RegisterOperations } from './operations.js';
import { type Problem, relaxedProblem } from './problem.js';
import { type Solution, solve } from './solve.js';

/** Share of a window that the next one sees again. */
const OVERLAP = 0.5;
const LARGEST = 50_000;
const SMALLEST = 1_000;
const MOST_EACH = 20_000;
/** Integers that the constraints of all windows may take together: a window whose order is guessed needs none. */
const MOST_TOGETHER = 256 * 1024 * 1024;

/**
 * The first window of operations, with the writes that they read from, that has no order: then the history has none either.
 * Null when every window has one, which says nothing.
 */
export function violatedWindow(
  operations: RegisterOperations,
  cells: number,
  stop: () => boolean,
): { problem: Problem; solution: Solution } | null {
  const { count } = operations;
  let size = Math.min(LARGEST, count);
  let spent = 0;
  for (let start = 0; start < count && spent < MOST_TOGETHER; ) {
    if (stop()) return null;
    const problem = relaxedProblem(operations, windowOf(operations, start, Math.min(count, start + size)));
    if (problem.count * problem.chains > cells && size > SMALLEST) {
      size = Math.max(SMALLEST, size >> 1);
      continue;
    }
    const solution = solve(problem, { budget: MOST_EACH, stop, cells });
    if (solution.outcome === 'inconsistent') return { problem, solution };
    if (solution.ended !== null || solution.constrained) spent += problem.count * problem.chains;
    start += Math.ceil(size * (1 - OVERLAP));
  }
  return null;
}

/** What happened in the window, and what it read from. */
function windowOf({ reads, writer, sources, happened }: RegisterOperations, start: number, end: number): number[] {
  const found = new Set<number>();
  for (let i = start; i < end; i++) {
    if (happened[i] === 0) continue;
    found.add(i);
    const version = reads[i]!;
    if (version !== NONE && sources[version] === 1 && writer[version] !== NONE) found.add(writer[version]!);
  }
  return [...found].filter((i) => happened[i] === 1).sort((a, b) => a - b);
}
