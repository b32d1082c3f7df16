// From a piece of evidence to the same operation on the timeline.
import type { Nanoseconds } from '../../contracts/time.js';
import type { App } from './app.js';

/** Nanoseconds on both sides, at least. */
const LEAST_AROUND = 5_000_000;

export interface Shown {
  /** Event index of the invocation. */
  row: number;
  invoked: Nanoseconds;
  completed: Nanoseconds | null;
}

/** Selects the operation, shows what is around it, and brings the timeline into sight. */
export function showOnTimeline({ run, view }: App, { row, invoked, completed }: Shown): void {
  const end = completed ?? invoked;
  const around = Math.max(LEAST_AROUND, 4 * (end - invoked));
  view.set({ operation: row, from: Math.max(0, invoked - around), to: Math.min(run.end, end + around) });
  const timeline = document.getElementById('timeline');
  timeline?.scrollIntoView();
  timeline?.querySelector<HTMLElement>('canvas,[tabindex="0"]')?.focus({ preventScroll: true });
}
