// Latency, rate and availability over time, of all operations of the run: counted in bins, and points as many as eyes tell apart.
import type { Nanoseconds } from '../../contracts/time.js';
import { packNumbers, unpackNumbers } from './varint.js';

export interface Performance {
  readonly end: Nanoseconds;
  /** Length of a bin, a round one; the last bin may reach beyond `end`. */
  readonly step: Nanoseconds;
  readonly bins: number;
  /** Operations a second that the plan asks for; null: as many as clients can. And what was begun, on average of the load. */
  readonly asked: number | null;
  readonly achieved: number;
  /** By bin: operations that began, and those that ended (by outcome; without a completion `info`, where they began). */
  readonly begun: Uint32Array;
  readonly ended: readonly [ok: Uint32Array, fail: Uint32Array, info: Uint32Array];
  /** Of the operations that began in a bin, those that came to be `ok`: of all nodes, then of each. */
  readonly availability: readonly Availability[];
  /** Of the `ok` operations that ended in a bin: of all functions, then of each where there are several. */
  readonly latency: readonly Latency[];
  readonly scatter: Scatter;
  /** Where there are too many, the last one stands for the others. */
  readonly functions: readonly string[];
}

export interface Availability {
  /** Empty: all nodes. */
  readonly node: string;
  readonly begun: Uint32Array;
  readonly ok: Uint32Array;
}

export const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const;
export type QuantileName = (typeof QUANTILES)[number];

/** In nanoseconds; NaN where a bin has no operation. */
export interface Latency extends Readonly<Record<QuantileName, Float64Array>> {
  /** Empty: all functions. */
  readonly name: string;
}

/** Completed operations as points, in order of time. Of those that no eye can tell apart there is one. */
export interface Scatter {
  /** Operations that these points stand for. */
  readonly operations: number;
  readonly count: number;
  /** Of the completion. */
  readonly time: Float64Array;
  readonly latency: Float64Array;
  /** Index into `functions`. */
  readonly f: Uint8Array;
  /** Index into OUTCOME_NAMES. */
  readonly outcome: Uint8Array;
}

/** The same, as it travels: figures are packed. */
export interface PerformanceBlock extends Omit<Performance, 'latency' | 'scatter'> {
  readonly latency: readonly ({ name: string } & Record<QuantileName, Uint8Array>)[];
  readonly scatter: Omit<Scatter, 'time' | 'latency'> & { time: Uint8Array; latency: Uint8Array };
}

export function packPerformance(performance: Performance): PerformanceBlock {
  const { latency, scatter } = performance;
  // Plus one; 0: none.
  const packed = (values: Float64Array) => packNumbers(values.map((value) => (Number.isNaN(value) ? 0 : value + 1)));
  return {
    ...performance,
    latency: latency.map(({ name, p50, p95, p99, max }) => ({
      name,
      p50: packed(p50),
      p95: packed(p95),
      p99: packed(p99),
      max: packed(max),
    })),
    scatter: { ...scatter, time: packNumbers(scatter.time), latency: packNumbers(scatter.latency) },
  };
}

export function unpackPerformance(block: PerformanceBlock): Performance {
  const { bins, latency, scatter } = block;
  const values = (bytes: Uint8Array) =>
    unpackNumbers(bytes, bins).map((value) => (value === 0 ? Number.NaN : value - 1));
  return {
    ...block,
    latency: latency.map(({ name, p50, p95, p99, max }) => ({
      name,
      p50: values(p50),
      p95: values(p95),
      p99: values(p99),
      max: values(max),
    })),
    scatter: {
      ...scatter,
      time: unpackNumbers(scatter.time, scatter.count),
      latency: unpackNumbers(scatter.latency, scatter.count),
    },
  };
}
