// From a cycle back to the operations that it rests on: every constraint is followed to what processes did and what they read.
import { PROCESS, READS_FROM } from './edges.js';
import { NONE } from './operations.js';
import type { Problem } from './problem.js';
import type { Saturated } from './saturate.js';

/** What a step costs: steps along a process are free, and constraints that must be explained in their turn are avoided. */
const READ_COST = 1;
const DERIVED_COST = 4;

export interface GroundsOfCycle {
  /** Nodes that contradict each other, in ascending order; not the fewest. */
  nodes: number[];
  /** The constraints among them, each after those that it rests on. */
  edges: number[];
}

export function groundsOf(problem: Problem, saturated: Saturated): GroundsOfCycle {
  return new Grounds(problem, saturated).find();
}

class Grounds {
  readonly #problem: Problem;
  readonly #saturated: Saturated;
  readonly #nodes = new Set<number>();
  readonly #known = new Set<number>();
  readonly #open: number[] = [];

  constructor(problem: Problem, saturated: Saturated) {
    this.#problem = problem;
    this.#saturated = saturated;
  }

  find(): GroundsOfCycle {
    const { cycle, closing, edges } = this.#saturated;
    if (closing === NONE) {
      this.#takeCycle(cycle);
    } else {
      this.#take(closing);
      this.#takePath(edges.to[closing]!, edges.from[closing]!, closing);
    }
    for (let e = this.#open.pop(); e !== undefined; e = this.#open.pop()) this.#explain(e);
    const ascending = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b);
    return { nodes: ascending(this.#nodes), edges: ascending(this.#known) };
  }

  /** A cycle of direct steps. */
  #takeCycle(cycle: readonly number[]): void {
    const steps = cycle.map((n, i) => this.#edgeBetween(n, cycle[(i + 1) % cycle.length]!));
    for (const edge of steps) if (edge !== NONE) this.#take(edge);
  }

  #edgeBetween(from: number, to: number): number {
    const { edges } = this.#saturated;
    const { chain, position } = this.#problem;
    if (chain[from] === chain[to] && position[from]! < position[to]!) return NONE;
    let found = NONE;
    for (let e = edges.headIn[to]!; e !== NONE; e = edges.nextIn[e]!) if (edges.from[e] === from) found = e;
    return found;
  }

  #take(edge: number): void {
    if (this.#known.has(edge)) return;
    this.#known.add(edge);
    const { from, to } = this.#saturated.edges;
    this.#nodes.add(from[edge]!).add(to[edge]!);
    this.#open.push(edge);
  }

  #explain(edge: number): void {
    const { edges } = this.#saturated;
    const { writer, reads } = this.#problem;
    const kind = edges.kind[edge]!;
    if (kind === PROCESS || kind === READS_FROM) return;
    const reader = edges.reader[edge]!;
    const source = writer[reads[reader]!]!;
    this.#nodes.add(reader);
    if (source >= 0) this.#nodes.add(source);
    if (edges.to[edge] === source) this.#takePath(edges.from[edge]!, reader, edge);
    else if (source >= 0) this.#takePath(source, edges.to[edge]!, edge);
  }

  /** Steps from `start` to `goal` by edges before `limit`, by way of as few reads and constraints as possible. */
  #takePath(start: number, goal: number, limit: number): void {
    this.#nodes.add(start).add(goal);
    const { edges, clocks } = this.#saturated;
    const { chain, position, chainStart, chainNodes } = this.#problem;
    const cost = new Map<number, number>([[goal, 0]]);
    /** The edge by which a node leads on to the goal; NONE: along its chain. */
    const onward = new Map<number, number>();
    const waiting: number[][] = [[goal]];
    const reach = (n: number, edge: number, total: number) => {
      if ((cost.get(n) ?? Number.POSITIVE_INFINITY) <= total || !clocks.precedes(start, n)) return;
      cost.set(n, total);
      onward.set(n, edge);
      waiting[total] ??= [];
      waiting[total].push(n);
    };
    for (let total = 0; total < waiting.length; total++) {
      const level = waiting[total] ?? [];
      for (let n = level.pop(); n !== undefined; n = level.pop()) {
        if (cost.get(n) !== total) continue;
        if (n === start) {
          this.#follow(start, goal, onward);
          return;
        }
        if (position[n]! > 0) reach(chainNodes[chainStart[chain[n]!]! + position[n]! - 1]!, NONE, total);
        for (let e = edges.headIn[n]!; e !== NONE; e = edges.nextIn[e]!) {
          if (e < limit) reach(edges.from[e]!, e, total + costOf(edges.kind[e]!));
        }
      }
    }
  }

  #follow(start: number, goal: number, onward: ReadonlyMap<number, number>): void {
    const { edges } = this.#saturated;
    const { chain, position, chainStart, chainNodes } = this.#problem;
    for (let n = start; n !== goal; ) {
      const edge = onward.get(n)!;
      if (edge === NONE) {
        n = chainNodes[chainStart[chain[n]!]! + position[n]! + 1]!;
      } else {
        this.#take(edge);
        n = edges.to[edge]!;
      }
    }
  }
}

function costOf(kind: number): number {
  return kind === PROCESS ? 0 : kind === READS_FROM ? READ_COST : DERIVED_COST;
}
