// Which stretches of a run are worth a look: around the anomaly, with as many operations as a person takes in.
import { EVENT_INVOKE, type History } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';

export interface Span {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

const MOST_PLACES = 6;

/** About how many operations are shown beside those of the span itself. */
const COMPANY = 40;

/** More events than this between two spans are more than one look takes in. */
const ONE_LOOK = 400;

/**
 * First all spans together; then, where they are far apart, each place by itself: a write lost at second 3 and missed at second 90 are
 * two places to look at, not one.
 */
export function placesAround(history: History, spans: readonly Span[], end: Nanoseconds): Span[] {
  if (spans.length === 0) return [];
  const whole = hull(spans);
  const all = surroundings(history, whole, end, COMPANY);
  if (countWithin(history, whole) <= ONE_LOOK) return [all];
  const parts = merge(spans, (whole.to - whole.from) / 10);
  const chosen = parts.length > MOST_PLACES ? [parts[0]!, ...parts.slice(1 - MOST_PLACES)] : parts;
  return chosen.length < 2 ? [all] : [all, ...chosen.map((span) => surroundings(history, span, end, COMPANY))];
}

/** About `operations` operations around an instant. */
export function windowAt(history: History, time: Nanoseconds, end: Nanoseconds, operations: number): Span {
  return surroundings(history, { from: time, to: time }, end, operations);
}

export function hull(spans: readonly Span[]): Span {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const span of spans) {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  return { from, to };
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
function surroundings(history: History, span: Span, end: Nanoseconds, company: number): Span {
  const around = (margin: Nanoseconds): Span => ({
    from: Math.floor(Math.max(0, span.from - margin)),
    to: Math.ceil(Math.min(end, span.to + margin)),
  });
  const enough = countWithin(history, span) + company;
  let low = 0;
  let high = end;
  while (high - low > 1000) {
    const middle = (low + high) / 2;
    if (countWithin(history, around(middle)) < enough) low = middle;
    else high = middle;
  }
  return around(Math.max(high, (span.to - span.from) / 8));
}

/** About how many operations begin in a span; columns are in order of time. */
function countWithin({ columns }: History, { from, to }: Span): number {
  return Math.ceil((firstRowAfter(columns, to) - firstRowAfter(columns, from - 1)) / 2);
}

/** The first row later than `time`. */
export function firstRowAfter(columns: History['columns'], time: Nanoseconds): number {
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
