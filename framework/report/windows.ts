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

export interface Span {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

const MOST_WINDOWS = 3;

/** About how many operations are shown beside those of the span itself. */
const COMPANY = 40;

/**
 * Windows around the given spans, of about `budget` operations together. Spans that are far apart get windows of their own:
 * a write lost at second 3 and missed at second 90 are two places to look at, not one.
 */
export function windowsAround(history: History, spans: readonly Span[], end: Nanoseconds, budget: number): Window[] {
  const whole = hull(spans);
  if (spans.length === 1 || countWithin(history, whole) <= budget) return [surroundings(history, whole, end, COMPANY)];
  const places = merge(spans, (whole.to - whole.from) / 10);
  const chosen = places.length > MOST_WINDOWS ? [places[0]!, ...places.slice(1 - MOST_WINDOWS)] : places;
  return chosen.map((span) => surroundings(history, span, end, COMPANY));
}

/** About `operations` operations around an instant. */
export function windowAt(history: History, time: Nanoseconds, end: Nanoseconds, operations: number): Window {
  return surroundings(history, { from: time, to: time }, end, operations);
}

function hull(spans: readonly Span[]): Span {
  return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) };
}

function merge(spans: readonly Span[], gap: Nanoseconds): Span[] {
  const places: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = places[places.length - 1];
    if (last !== undefined && span.from - last.to <= gap) places[places.length - 1] = hull([last, span]);
    else places.push(span);
  }
  return places;
}

/** Widens a span evenly on both sides until there is enough to see. */
function surroundings(history: History, span: Span, end: Nanoseconds, company: number): Window {
  const around = (margin: Nanoseconds): Span => ({
    from: Math.max(0, span.from - margin),
    to: Math.min(end, span.to + margin),
  });
  const enough = countWithin(history, span) + company;
  let low = 0;
  let high = end;
  while (high - low > 1000) {
    const middle = (low + high) / 2;
    if (countWithin(history, around(middle)) < enough) low = middle;
    else high = middle;
  }
  const { from, to } = around(Math.max(high, (span.to - span.from) / 8));
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
