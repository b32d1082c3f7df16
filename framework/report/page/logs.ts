// The nodes' logs on the run's clock, with what happened on and around the nodes: those lines that are worth most, in order of time.
import type { Nanoseconds } from '../../contracts/time.js';
import { packNumbers, unpackNumbers } from './varint.js';

export const LEVELS = ['', 'debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** How a line's time is known: it says so itself, to the second or by the line before; or nothing in its file says. */
export const TIMINGS = ['said', 'about', 'unknown'] as const;
export type Timing = (typeof TIMINGS)[number];

export interface Logs {
  readonly count: number;
  /** Those without a time stand at the end, in the order of their files. */
  readonly lines: {
    /** NaN where it is unknown. */
    readonly time: Float64Array;
    /** Index into LEVELS. */
    readonly level: Uint8Array;
    /** Index into TIMINGS. */
    readonly timing: Uint8Array;
    /** Index into `sources`. */
    readonly source: Uint16Array;
    /** Of its file, from 1; where not all of it was read, of what was. */
    readonly number: Float64Array;
    /** Without control characters that mislead, cut where it is long. */
    readonly text: readonly string[];
  };
  readonly sources: readonly LogSource[];
}

export interface LogSource {
  readonly node: string;
  /** Below the results folder; null: not a log but events of the run. */
  readonly path: string | null;
  /** Lines that were read, and those of them that are here. */
  readonly lines: number;
  readonly kept: number;
  /** Bytes of the file that were not read: lines are not numbered as in the file then. */
  readonly skipped: number;
  /** How its times are known, for people. */
  readonly clock: string;
}

/** The same, as it travels. */
export interface LogsBlock {
  readonly count: number;
  /** Lines with a time. */
  readonly timed: number;
  readonly time: Uint8Array;
  readonly level: Uint8Array;
  readonly timing: Uint8Array;
  readonly source: Uint16Array;
  readonly number: Uint8Array;
  /** Joined by newlines, which none of them holds. */
  readonly text: string;
  readonly sources: readonly LogSource[];
}

export function packLogs({ count, lines, sources }: Logs): LogsBlock {
  const timed = lines.time.findIndex((time) => Number.isNaN(time));
  const end = timed < 0 ? count : timed;
  return {
    count,
    timed: end,
    time: packNumbers(lines.time.subarray(0, end)),
    level: lines.level,
    timing: lines.timing,
    source: lines.source,
    number: packNumbers(lines.number),
    text: lines.text.join('\n'),
    sources,
  };
}

export function unpackLogs(block: LogsBlock): Logs {
  const { count, timed, level, timing, source, sources } = block;
  const time = new Float64Array(count).fill(Number.NaN);
  time.set(unpackNumbers(block.time, timed));
  const text = count === 0 ? [] : block.text.split('\n');
  return { count, lines: { time, level, timing, source, number: unpackNumbers(block.number, count), text }, sources };
}

/** Position of the first line at or after an instant, among those with a time; their number when there is none. */
export function firstAt({ lines: { time } }: Logs, instant: Nanoseconds): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
