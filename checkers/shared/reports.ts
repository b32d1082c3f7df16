// What nodes said of themselves, and when they ran: how checkers read the events that were recorded beside the history.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { History } from '../../framework/contracts/history.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';

export type Report = Extract<NodeEvent, { kind: 'report' }>;

/** A node says that it leads: by naming itself, or by its role. */
export function leads({ node, state }: Report): boolean {
  return state.leader === undefined ? state.role === 'leader' : state.leader === node;
}

/** When the history ended: what nodes do later belongs to the end of the run. */
export function endOf(history: History): Nanoseconds {
  return history.length === 0 ? 0 : history.columns.time[history.length - 1]!;
}
