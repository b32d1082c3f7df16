// One pass over a history of any size: counts by outcome and time, and latency by function and time.
import { EVENT_INFO, EVENT_INVOKE, EVENT_OK, type History } from '../contracts/history.js';
import type { Outcome } from '../contracts/operation.js';
import type { Nanoseconds } from '../contracts/time.js';

export interface Quantiles {
  readonly count: number;
  readonly p50: Nanoseconds;
  readonly p95: Nanoseconds;
  readonly p99: Nanoseconds;
  readonly max: Nanoseconds;
}

/** Operations that ended in each bin, by outcome. */
export type Series = Record<Outcome, Float64Array>;

export interface Statistics {
  readonly end: Nanoseconds;
  readonly operations: number;
  readonly bins: number;
  /** Length of a bin. */
  readonly step: Nanoseconds;
  readonly all: Series;
  /** Latency of `ok` operations in each bin; undefined where there is none. */
  readonly latency: readonly (Quantiles | undefined)[];
  /** The same by function, in the order of `history.functions`. */
  readonly byFunction: readonly (Quantiles | undefined)[];
}

export const BINS = 160;

const OUTCOME_OF: readonly Outcome[] = ['info', 'ok', 'fail', 'info'];

/** The last instant that a history knows of, at least one nanosecond. */
export function endOfHistory(history: History): Nanoseconds {
  const { time, length } = history.columns;
  let end = 1;
  for (let row = 0; row < length; row++) if (time[row]! > end) end = time[row]!;
  return end;
}

function emptySeries(): Series {
  return { ok: new Float64Array(BINS), fail: new Float64Array(BINS), info: new Float64Array(BINS) };
}

export function gather(history: History, end: Nanoseconds): Statistics {
  const { columns } = history;
  const step = end / BINS;
  const all = emptySeries();
  const byTime = new Grouped(columns.length);
  const byFunction = new Grouped(columns.length);
  let operations = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    operations++;
    const mate = columns.mate[row]!;
    const type = mate < 0 ? EVENT_INFO : columns.type[mate]!;
    const time = columns.time[mate < 0 ? row : mate]!;
    const bin = binOf(time, step);
    const outcome = OUTCOME_OF[type]!;
    all[outcome][bin]! += 1;
    if (type !== EVENT_OK) continue;
    const latency = time - columns.time[row]!;
    byTime.add(bin, latency);
    byFunction.add(columns.f[row]!, latency);
  }
  return {
    end,
    operations,
    bins: BINS,
    step,
    all,
    latency: byTime.quantiles(BINS),
    byFunction: byFunction.quantiles(history.functions.length),
  };
}

export function binOf(time: Nanoseconds, step: Nanoseconds): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor(time / step)));
}

/** Latencies with a group number each, sorted group by group only when asked. */
export class Grouped {
  readonly #group: Uint32Array;
  readonly #value: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#group = new Uint32Array(capacity);
    this.#value = new Float64Array(capacity);
  }

  add(group: number, value: number): void {
    this.#group[this.#length] = group;
    this.#value[this.#length++] = value;
  }

  /** Of groups 0 to `groups` - 1. */
  quantiles(groups: number): (Quantiles | undefined)[] {
    const starts = new Uint32Array(groups + 1);
    for (let i = 0; i < this.#length; i++) starts[this.#group[i]! + 1]! += 1;
    for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
    const next = starts.slice(0, groups);
    const sorted = new Float64Array(this.#length);
    for (let i = 0; i < this.#length; i++) {
      const group = this.#group[i]!;
      sorted[next[group]!] = this.#value[i]!;
      next[group]! += 1;
    }
    return Array.from({ length: groups }, (_, group) => quantilesOf(sorted.subarray(starts[group], starts[group + 1])));
  }
}

function quantilesOf(values: Float64Array): Quantiles | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  const at = (share: number) => values[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)]!;
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: values[values.length - 1]! };
}
