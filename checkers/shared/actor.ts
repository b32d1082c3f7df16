// Who did it, in words.
import type { History } from '../../framework/contracts/history.js';

/** `process 3 on n1`: of the event at `row`. */
export function actor(history: History, row: number): string {
  const node = history.nodes[history.columns.node[row]!];
  return `process ${history.columns.process[row]}${node === undefined ? '' : ` on ${node}`}`;
}
