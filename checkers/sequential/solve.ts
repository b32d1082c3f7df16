// Whether a problem has an order: guess one, look for a cycle of constraints, guess again with these, and search if that fails.
import { MOST_CELLS } from './clocks.js';
import type { Edges } from './edges.js';
import { guessOrder } from './greedy.js';
import { NONE } from './operations.js';
import { zoneOrder } from './priorities.js';
import { NOBODY, type Problem } from './problem.js';
import { orderByRetrying } from './retry.js';
import { isContradiction, type Saturated, saturate } from './saturate.js';
import { search } from './search.js';

export interface Solution {
  outcome: 'consistent' | 'inconsistent' | 'unknown';
  /** Consistent: the nodes in an order. */
  order: Int32Array | null;
  /** Inconsistent: an operation that read what nobody ever wrote; NONE: that is not why. */
  sourceless: number;
  /** Inconsistent because of a cycle: the constraints. */
  saturated: Saturated | null;
  /** Unknown: `budget`, `stopped`, or `cells` for too many operations times processes. */
  ended: 'budget' | 'stopped' | 'cells' | null;
  /** The constraints had to be worked out. */
  constrained: boolean;
  /** Writes that the search tried; 0: it was not needed. */
  configurations: number;
}

export interface SolveOptions {
  /** Writes that the search may try; null: as many as take a few seconds. */
  budget: number | null;
  stop: () => boolean;
  /** Integers that the constraints may take. */
  cells?: number;
}

const SOLUTION: Solution = {
  outcome: 'unknown',
  order: null,
  sourceless: NONE,
  saturated: null,
  ended: null,
  constrained: false,
  configurations: 0,
};

const CONSTRAINED: Solution = { ...SOLUTION, constrained: true };

export function solve(problem: Problem, { budget, stop, cells = MOST_CELLS }: SolveOptions): Solution {
  const sourceless = firstSourceless(problem);
  if (sourceless !== NONE) return { ...SOLUTION, outcome: 'inconsistent', sourceless };
  const guess = guessedOrder(problem, null);
  if (guess !== null) return { ...SOLUTION, outcome: 'consistent', order: guess };
  if (problem.count * problem.chains > cells) return { ...SOLUTION, ended: 'cells' };
  const saturated = saturate(problem, stop);
  if (saturated.stopped) return { ...CONSTRAINED, ended: 'stopped' };
  if (isContradiction(saturated)) return { ...CONSTRAINED, outcome: 'inconsistent', saturated };
  const better = guessedOrder(problem, saturated.edges) ?? orderByRetrying(problem, saturated, problem.invoked, stop);
  if (better !== null) return { ...CONSTRAINED, outcome: 'consistent', order: better };
  const { outcome, order, configurations } = search(problem, saturated.edges, budget ?? defaultBudget(problem), stop);
  return outcome === 'consistent' || outcome === 'inconsistent'
    ? { ...CONSTRAINED, outcome, order, configurations }
    : { ...CONSTRAINED, ended: outcome, configurations };
}

/**
 * The order of zones is right where writes that never completed take effect late, and that of invocations where reads lag behind.
 */
function guessedOrder(problem: Problem, edges: Edges | null): Int32Array | null {
  return guessOrder(problem, edges, zoneOrder(problem)).order ?? guessOrder(problem, edges, problem.invoked).order;
}

const MOST_WORK = 400_000_000;
const [LEAST_BUDGET, MOST_BUDGET] = [20_000, 1_000_000] as const;

/** A step of the search looks at every chain and every key. */
export function defaultBudget({ chains, keys }: Problem): number {
  return Math.max(LEAST_BUDGET, Math.min(MOST_BUDGET, Math.floor(MOST_WORK / (chains + keys + 1))));
}

function firstSourceless({ count, reads, writer, key, initial, optional }: Problem): number {
  for (let n = 0; n < count; n++) {
    const version = reads[n]!;
    if (version === NONE || optional[n] === 1) continue;
    if (writer[version] === NOBODY && initial[key[n]!] !== version) return n;
  }
  return NONE;
}
