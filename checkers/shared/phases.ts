// What the nemesis's lines say about the course of a run: its phases, and the last healing.
import type { History, Phase } from '../../framework/contracts/history.js';
import type { HistoryEvent } from '../../framework/contracts/operation.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';

export interface Moment {
  row: number;
  time: Nanoseconds;
}

export interface Course {
  /** Beginnings of the phases; empty for a history that was not recorded by a run. */
  phases: ReadonlyMap<Phase, Moment>;
  /** When the last fault was healed; undefined: no fault was. */
  lastHeal: Nanoseconds | undefined;
}

function field(event: HistoryEvent, name: string): unknown {
  const { value } = event;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** When faults were healed, in the order of the history. */
export function healsOf(history: History): Nanoseconds[] {
  return history.nemesisEvents().flatMap((event) => {
    if (event.f === 'phase' || field(event, 'phase') !== 'heal') return [];
    const effective = field(event, 'effective');
    return [typeof effective === 'number' ? effective : event.time];
  });
}

export function courseOf(history: History): Course {
  const phases = new Map<Phase, Moment>();
  let lastHeal: Nanoseconds | undefined;
  for (const event of history.nemesisEvents()) {
    const phase = field(event, 'phase');
    if (event.f === 'phase') {
      phases.set(phase as Phase, { row: event.index, time: event.time });
    } else if (phase === 'heal') {
      const effective = field(event, 'effective');
      lastHeal = Math.max(lastHeal ?? 0, typeof effective === 'number' ? effective : event.time);
    }
  }
  return { phases, lastHeal };
}
