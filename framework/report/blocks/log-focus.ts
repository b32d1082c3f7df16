// Which instants of a run its logs are read for: anomalies first, then where faults begin and end, and where nodes end by themselves.
import type { Nanoseconds } from '../../contracts/time.js';
import type { Story } from '../story.js';

interface Span {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

/** Anomalies are looked at in a circle this many times as wide. */
const ANOMALIES_FIRST = 4;

export class Focus {
  readonly #anomalies: readonly Span[];
  readonly #others: readonly Span[];

  constructor({ cases, faults, input: { events, result } }: Story) {
    const instant = (time: Nanoseconds): Span => ({ from: time, to: time });
    const ended = events.filter((event) => event.kind === 'protocol-error' || (event.kind === 'exit' && !event.fault));
    this.#anomalies = disjoint([
      ...cases.flatMap(({ operations, moments }) => [
        ...operations.map(({ invoked, completed }) => ({ from: invoked, to: completed ?? invoked })),
        ...moments.map(instant),
      ]),
      ...ended.slice(0, 1000).map(({ time }) => instant(time)),
      // What made a run fail is where it ends.
      ...(result.status === 'failed' ? [instant(result.times.duration * 1e6)] : []),
    ]);
    this.#others = disjoint(
      faults.inForce.flatMap(({ requested, from, to }) => [{ from: Math.min(requested, from), to: from }, instant(to)]),
    );
  }

  /** How far it is from there, as a rank: 0 is in the middle of it. */
  distance(time: Nanoseconds): number {
    return Math.min(distance(this.#anomalies, time) / ANOMALIES_FIRST, distance(this.#others, time));
  }

  /** Where it is worth to look into long files: anomalies first, in order. */
  get instants(): readonly Nanoseconds[] {
    return [...this.#anomalies, ...this.#others].map(({ from }) => from);
  }
}

function disjoint(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged[merged.length - 1];
    if (last === undefined || span.from > last.to) merged.push(span);
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return merged;
}

/** To the nearest of spans that are apart, in order; infinite where there is none. */
function distance(spans: readonly Span[], time: Nanoseconds): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.from <= time) low = middle + 1;
    else high = middle;
  }
  const before = spans[low - 1];
  const after = spans[low];
  return Math.min(
    before === undefined ? Number.POSITIVE_INFINITY : Math.max(0, time - before.to),
    after === undefined ? Number.POSITIVE_INFINITY : after.from - time,
  );
}
