// How long an element stayed invisible to some reads after it was known.
import type { History } from '../../framework/contracts/history.js';
import type { Elements } from './elements.js';

/** Nanoseconds from the moment an element was known to the last read that lacked it; 0: every read showed it at once. */
export function staleness(history: History, elements: Elements, id: number): number {
  const absent = elements.absent[id]!;
  const { time } = history.columns;
  return absent < 0 ? 0 : Math.max(1, time[absent]! - time[elements.known[id]!]!);
}
