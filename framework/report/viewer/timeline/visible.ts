// Which operations a filter lets through. Those that prove an anomaly always are: hiding them would hide what the page is about.
import { NONE, type Operations, OUTCOME_NAMES, positionOf } from '../../page/operations.js';
import type { RunBlock } from '../../page/run.js';
import type { Filter } from '../app.js';

/** 1 by position: it is shown. */
export function visibleOf(operations: Operations, filter: Filter, proof: Iterable<number>): Uint8Array {
  const shown = new Uint8Array(operations.count).fill(1);
  const drop = (column: ArrayLike<number>, wanted: ReadonlySet<number>) => {
    for (let i = 0; i < shown.length; i++) if (!wanted.has(column[i]!)) shown[i] = 0;
  };
  const { keys, nodes, functions, processes, outcomes } = filter;
  if (keys.length > 0) drop(operations.key, indexes(operations.keys, keys));
  if (nodes.length > 0) drop(operations.node, indexes(operations.nodes, nodes));
  if (functions.length > 0) drop(operations.f, indexes(operations.functions, functions));
  if (outcomes.length > 0) drop(operations.outcome, indexes(OUTCOME_NAMES, outcomes));
  if (processes.length > 0) drop(operations.process, new Set(processes));
  for (const i of proof) shown[i] = 1;
  return shown;
}

function indexes(names: readonly string[], wanted: readonly string[]): Set<number> {
  const chosen = new Set<number>();
  names.forEach((name, i) => {
    if (wanted.includes(name)) chosen.add(i);
  });
  return chosen;
}

/** Positions of the operations of every anomaly, by anomaly; NONE where the page does not hold one. */
export function proofOf(operations: Operations, run: RunBlock): number[][] {
  return run.anomalies.map(({ rows }) =>
    rows.map((row) => {
      const position = positionOf(operations, row);
      return position < 0 ? NONE : position;
    }),
  );
}
