// Who led when, from what nodes reported of themselves.
import type { NodeEvent } from '../contracts/cluster.js';
import type { Nanoseconds } from '../contracts/time.js';
import { clipShort } from './text.js';

export interface LeaderChange {
  readonly time: Nanoseconds;
  readonly node: string;
  readonly term: number | undefined;
}

/** A node that reports itself as leader in a higher term (or, without terms, after another node led) takes over. */
export function leaderChanges(events: readonly NodeEvent[]): LeaderChange[] {
  const changes: LeaderChange[] = [];
  let last: LeaderChange | undefined;
  for (const event of events) {
    if (event.kind !== 'report' || event.state.leader !== event.node) continue;
    const term = typeof event.state.term === 'number' ? event.state.term : undefined;
    if (last !== undefined && last.node === event.node && last.term === term) continue;
    if (last?.term !== undefined && term !== undefined && term < last.term) continue;
    last = { time: event.time, node: event.node, term };
    changes.push(last);
  }
  return changes;
}

/** The change that was current at `time`. */
export function leaderAt(changes: readonly LeaderChange[], time: Nanoseconds): LeaderChange | undefined {
  let current: LeaderChange | undefined;
  for (const change of changes) {
    if (change.time > time) break;
    current = change;
  }
  return current;
}

export function leaderText(change: LeaderChange): string {
  const node = clipShort(change.node, 60);
  return change.term === undefined ? node : `${node} (term ${change.term})`;
}
