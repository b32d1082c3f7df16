// Constraints that follow from others, until there are no more or some of them form a cycle.
//
// A read r saw version v of a key, which w wrote; u is another write of that key. If u comes before r, it comes before w, too
// (or r would have seen it); if w comes before u, so does r. The same holds for a cas, which reads and writes at once.
// Roy, Zeisset, Fleckenstein, Huang: Fast and Generalized Polynomial Time Memory Consistency Verification (CAV 2006).
// Not complete: when no cycle is left there may still be no order (Gibbons & Korach, Testing Shared Memories, 1997).
import { Clocks } from './clocks.js';
import { Edges } from './edges.js';
import { NONE } from './operations.js';
import type { Problem } from './problem.js';
import { Rules } from './rules.js';

export interface Saturated {
  edges: Edges;
  clocks: Clocks;
  /** The edge that closed a cycle and rests on earlier ones alone, which the clocks know; NONE: there is none. */
  closing: number;
  /** Nodes that come each before the next by what processes did and read, and the last before the first; mostly empty. */
  cycle: number[];
  stopped: boolean;
  rounds: number;
}

/** `stop` is asked before each round. */
export function saturate(problem: Problem, stop: () => boolean): Saturated {
  const edges = new Edges(problem);
  const clocks = new Clocks(problem, edges);
  const saturated: Saturated = { edges, clocks, closing: NONE, cycle: [], stopped: false, rounds: 0 };
  if (!clocks.rebuild(edges.count)) return { ...saturated, cycle: clocks.cycle() };
  // Edges that the clocks know, and that form no cycle.
  let acyclic = edges.count;
  const rules = new Rules(problem, edges, clocks);
  for (;;) {
    if (stop()) return { ...saturated, stopped: true };
    saturated.rounds++;
    const closing = rules.apply();
    if (closing !== NONE) return { ...saturated, closing };
    if (edges.count === acyclic) return saturated;
    if (!clocks.update()) return { ...saturated, closing: firstClosing(clocks, acyclic, edges.count) };
    acyclic = edges.count;
  }
}

/** The first edge that closes a cycle with those before it; the clocks are left as these make them. */
function firstClosing(clocks: Clocks, acyclic: number, cyclic: number): number {
  let [low, high] = [acyclic, cyclic];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (clocks.isAcyclic(middle)) low = middle;
    else high = middle;
  }
  clocks.rebuild(low);
  return low;
}

/** Whether the constraints contradict each other. */
export function isContradiction({ closing, cycle }: Saturated): boolean {
  return closing !== NONE || cycle.length > 0;
}
