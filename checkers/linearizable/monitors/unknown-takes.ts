// Takes that never completed may have taken anything: gives each element that must be gone by a certain time one of them.
import type { Judgement } from './monitor.js';

export const OBSTACLE: Judgement = {
  obstacle: 'there are several ways to tell what the operations that never completed took',
};

/** What cannot be: `late` elements must be gone before there are enough takes. */
export interface Shortage {
  late: number[];
}

/**
 * `elements` need a take that was invoked by their deadline (a stamp, per element); `takes` are the stamps of the invocations in order.
 * Fills in, per element, the index of its take: the earliest deadline gets the earliest take, so that those left over are the last ones.
 * If that does not work out, nothing does (Hall).
 */
export function assignTakes(
  elements: number[],
  deadlines: Int32Array,
  takes: readonly number[],
  taker: Map<number, number>,
): Shortage | null {
  elements.sort((a, b) => deadlines[a]! - deadlines[b]! || a - b);
  for (const [k, x] of elements.entries()) {
    if (k >= takes.length || takes[k]! > deadlines[x]!) return { late: elements.slice(0, k + 1) };
    taker.set(x, k);
  }
  return null;
}
