// Everything that bears on leadership, in order of time: faults from the history, starts, ends and reports of nodes.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { FaultValue, History } from '../../framework/contracts/history.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';
import { type LeaderReport, leaderReport } from '../shared/leaders.js';
import { endOf } from '../shared/reports.js';

export type Moment = { time: Nanoseconds } & (
  | { kind: 'fault'; name: string; value: FaultValue }
  | { kind: 'process'; event: NodeEvent }
  | { kind: 'report'; said: LeaderReport }
);

function faultsOf(history: History): Moment[] {
  return history.nemesisEvents().flatMap(({ f, time, value }): Moment[] => {
    const fault = value as Partial<FaultValue> | null;
    if (f === 'phase' || typeof fault !== 'object' || fault === null || !Array.isArray(fault.targets)) return [];
    if (fault.phase !== 'inject' && fault.phase !== 'heal') return [];
    const effective = typeof fault.effective === 'number' ? fault.effective : time;
    return [{ kind: 'fault', time: effective, name: f, value: fault as FaultValue }];
  });
}

function momentOf(event: NodeEvent): Moment[] {
  if (event.kind === 'start' || event.kind === 'exit') return [{ kind: 'process', time: event.time, event }];
  const said = leaderReport(event);
  return said === null ? [] : [{ kind: 'report', time: event.time, said }];
}

/** Up to the end of the history; of things that happened at one instant, faults come first. */
export function timeline(history: History, events: readonly NodeEvent[]): Moment[] {
  const end = endOf(history);
  const moments = [...faultsOf(history), ...events.flatMap(momentOf)].filter(({ time }) => time <= end);
  return moments.sort((a, b) => a.time - b.time);
}
