// Exact quantiles of spans of time, as figures for details.
import type { Nanoseconds } from '../../framework/contracts/time.js';
import { milliseconds } from './text.js';

export interface Quantiles {
  min: number;
  median: number;
  p95: number;
  p99: number;
  max: number;
}

/** Quantiles in milliseconds by nearest rank (always one of the spans); null for no spans. */
export function quantiles(spans: Iterable<Nanoseconds>): Quantiles | null {
  const sorted = Float64Array.from(spans).sort();
  const count = sorted.length;
  if (count === 0) return null;
  const at = (q: number) => milliseconds(sorted[Math.max(0, Math.ceil(q * count) - 1)]!);
  return { min: at(0), median: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
