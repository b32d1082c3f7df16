// Why the operations of a witness cannot be put in order, constraint by constraint, as sentences.
import { capital } from '../shared/text.js';
import { OVERWRITES, PROCESS, READS_FROM } from './edges.js';
import { groundsOf } from './grounds.js';
import type { RegisterOperations } from './operations.js';
import { type Problem, relaxedProblem } from './problem.js';
import { saturate } from './saturate.js';
import { RegisterWords } from './words.js';

/** Longer arguments help nobody. */
const MOST_STEPS = 24;

/** Empty where the contradiction is not a cycle of constraints, or a long one. */
export function stepsOf(operations: RegisterOperations, required: readonly number[]): string[] {
  if (required.length < 2 || required.length > MOST_STEPS) return [];
  const problem = relaxedProblem(operations, required);
  const saturated = saturate(problem, () => false);
  const { edges, closing, cycle } = saturated;
  if (closing < 0 && cycle.length === 0) return [];
  const found = groundsOf(problem, saturated).edges;
  if (found.length > MOST_STEPS) return [];
  const row = (n: number) => operations.row[problem.origin[n]!]!;
  const words = new RegisterWords(
    operations.history,
    [...problem.origin].map((i) => operations.row[i]!),
  );
  const name = (n: number) => `${words.operation(row(n))} (${words.start(row(n))})`;
  return found
    .filter((edge) => edges.kind[edge] !== PROCESS)
    .map((edge) =>
      capital(`${step(problem, edges.kind[edge]!, edges.from[edge]!, edges.to[edge]!, edges.reader[edge]!, name)}.`),
    );
}

function step(
  problem: Problem,
  kind: number,
  from: number,
  to: number,
  reader: number,
  name: (n: number) => string,
): string {
  const order = `${name(from)} comes before ${name(to)}`;
  if (kind === READS_FROM) return `${order}, which saw what it wrote`;
  const source = problem.writer[problem.reads[reader]!]!;
  if (kind === OVERWRITES) {
    return source < 0
      ? `${order}, which overwrites the initial value that it saw`
      : `${order}, which comes after ${name(source)} and overwrites what was seen`;
  }
  return `${order}, for otherwise it would have overwritten what ${name(reader)} saw after it`;
}
