// Stretches of time on the timeline: moved and zoomed, always within the run.
import type { Nanoseconds } from '../../../contracts/time.js';

export interface Span {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

/** Closer nobody can tell events of a run apart. */
const LEAST: Nanoseconds = 200;

/** Whole nanoseconds within `[0, end]`, with the width kept where it fits. */
export function within({ from, to }: Span, end: Nanoseconds): Span {
  const width = Math.round(Math.min(Math.max(to - from, Math.min(LEAST, end)), end));
  const start = Math.round(Math.min(Math.max(0, from), end - width));
  return { from: start, to: start + width };
}

/** `factor` below 1 zooms in; the instant at `share` of the width stays where it is. */
export function zoomed({ from, to }: Span, factor: number, share: number, end: Nanoseconds): Span {
  const middle = from + (to - from) * share;
  const width = Math.max(Math.min((to - from) * factor, end), LEAST);
  return within({ from: middle - width * share, to: middle + width * (1 - share) }, end);
}

export function moved({ from, to }: Span, by: Nanoseconds, end: Nanoseconds): Span {
  return within({ from: from + by, to: to + by }, end);
}

/** The span with some room on both sides. */
export function framed({ from, to }: Span, end: Nanoseconds): Span {
  const margin = Math.max((to - from) / 4, LEAST);
  return within({ from: from - margin, to: to + margin }, end);
}

/** `view` moved so that `span` is in sight; unchanged where it is, widened where it does not fit. */
export function showing(view: Span, span: Span, end: Nanoseconds): Span {
  const width = view.to - view.from;
  const visible = span.to >= view.from + width * 0.02 && span.from <= view.to - width * 0.02;
  if (visible && (span.from >= view.from || span.to <= view.to)) return view;
  if (span.to - span.from > width) return framed(span, end);
  const middle = (span.from + span.to) / 2;
  return within({ from: middle - width / 2, to: middle + width / 2 }, end);
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
export function roundStep(step: number): number {
  let power = 1;
  while (power * 10 <= step) power *= 10;
  for (const factor of [1, 2, 5]) if (factor * power >= step) return factor * power;
  return 10 * power;
}

/** Decimals of a second that tell multiples of `step` apart. */
export function digitsOf(step: Nanoseconds): number {
  let digits = 0;
  for (let unit = 1_000_000_000; unit > step && digits < 9; unit /= 10) digits++;
  return digits;
}
