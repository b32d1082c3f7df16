// Instants that a checker names in an anomaly's evidence, for anomalies that no operation proves (a crash, an outage).
import type { Nanoseconds } from '../contracts/time.js';

/** Fields of evidence that hold instants in nanoseconds since the start, alone or as a list. */
const FIELDS: readonly string[] = ['time', 'times', 'from', 'to', 'since', 'quiet'];

/** Anything smaller under such a name is more likely an ordinary value (a cas from 3 to 5). */
const LEAST: Nanoseconds = 1_000_000;

export function isMoment(field: string, value: unknown): value is Nanoseconds {
  return FIELDS.includes(field) && typeof value === 'number' && Number.isSafeInteger(value) && value >= LEAST;
}

/** In order, those within the run only. */
export function momentsOf(evidence: Readonly<Record<string, unknown>>, end: Nanoseconds): Nanoseconds[] {
  const moments: Nanoseconds[] = [];
  for (const field of FIELDS) {
    if (!Object.hasOwn(evidence, field)) continue;
    const value = evidence[field];
    const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, 20) : [value];
    for (const item of values) if (isMoment(field, item) && item <= end) moments.push(item);
  }
  return moments.sort((a, b) => a - b);
}
