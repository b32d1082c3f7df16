// Which stretches of a run are worth every operation: around the anomaly, few enough operations to be looked at.
import { EVENT_INVOKE, type History } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { rowsWithin } from './operations.js';

export interface Window {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  /** Invocations of the operations in it, in order. */
  readonly rows: readonly number[];
}

interface Span {
  from: Nanoseconds;
  to: Nanoseconds;
}

const MOST_WINDOWS = 3;

/**
 * Windows around the given spans (in order), of at most `budget` operations together. Spans that are far apart get windows of
 * their own: a write lost at second 3 and missed at second 90 are two places to look at, not one.
 */
export function windowsAround(history: History, spans: readonly Span[], end: Nanoseconds, budget: number): Window[] {
  const whole = { from: spans[0]!.from, to: Math.max(...spans.map(({ to }) => to)) };
  const together = grow(history, whole, end, budget);
  if (together.rows.length <= budget || spans.length === 1) return [together];
  const places = merge(spans, (whole.to - whole.from) / 10);
  const chosen = places.length > MOST_WINDOWS ? [places[0]!, ...places.slice(1 - MOST_WINDOWS)] : places;
  return chosen.map((span) => grow(history, span, end, Math.floor(budget / chosen.length)));
}

/** Without an anomaly: the beginning of the given instant's surroundings. */
export function windowAt(history: History, time: Nanoseconds, end: Nanoseconds, budget: number): Window {
  return grow(history, { from: time, to: time }, end, budget);
}

function merge(spans: readonly Span[], gap: Nanoseconds): Span[] {
  const places: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = places[places.length - 1];
    if (last !== undefined && span.from - last.to <= gap) last.to = Math.max(last.to, span.to);
    else places.push({ ...span });
  }
  return places;
}

/** Widens a span on both sides as far as the budget allows; a span that is too full by itself stays as it is. */
function grow(history: History, span: Span, end: Nanoseconds, budget: number): Window {
  const around = (margin: Nanoseconds): Span => ({
    from: Math.max(0, span.from - margin),
    to: Math.min(end, span.to + margin),
  });
  let low = 0;
  let high = end;
  if (countWithin(history, around(high)) <= budget) low = high;
  for (let i = 0; i < 30 && high - low > 1000; i++) {
    const middle = (low + high) / 2;
    if (countWithin(history, around(middle)) <= budget) low = middle;
    else high = middle;
  }
  const { from, to } = around(Math.max(low, (span.to - span.from) / 20));
  return { from, to, rows: rowsWithin(history, from, to) };
}

/** About how many operations begin in a span; columns are in order of time. */
function countWithin({ columns }: History, { from, to }: Span): number {
  return Math.ceil((firstAfter(columns, to) - firstAfter(columns, from - 1)) / 2);
}

function firstAfter(columns: History['columns'], time: Nanoseconds): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (columns.time[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first client operation's invocation time; undefined in an empty history. */
export function firstInvocation({ columns }: History): Nanoseconds | undefined {
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] === EVENT_INVOKE && columns.process[row]! >= 0) return columns.time[row];
  }
  return undefined;
}
