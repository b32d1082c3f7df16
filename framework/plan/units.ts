// Durations, rates and percentages: from the words of a plan to numbers and back.
import {
  DURATION_PATTERN,
  type OptionSchema,
  PERCENT_PATTERN,
  RATE_PATTERN,
  SIZE_PATTERN,
} from '../contracts/options.js';
import type { Milliseconds } from '../contracts/time.js';

export type Unit = 'duration' | 'rate' | 'percent' | 'size';

const MILLISECONDS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const SECONDS = { s: 1, m: 60, h: 3600 } as const;

const DURATION = new RegExp(DURATION_PATTERN);
const RATE = new RegExp(RATE_PATTERN);
const PERCENT = new RegExp(PERCENT_PATTERN);
const SIZE = new RegExp(SIZE_PATTERN);
const PREFIXES: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** `10s`, `500ms`, `1.5m` to milliseconds; undefined for anything else. */
export function parseDuration(text: string): Milliseconds | undefined {
  const unit = DURATION.exec(text)?.[2] as keyof typeof MILLISECONDS | undefined;
  if (unit === undefined) return undefined;
  const amount = Number.parseFloat(text);
  // Dividing by a whole number rounds better than multiplying by a fraction: 3us is 0.003, not 0.003000…1.
  if (unit === 'ns' || unit === 'us') return amount / (unit === 'ns' ? 1e6 : 1e3);
  return roundOff(amount * MILLISECONDS[unit]);
}

/** `200/s`, `30/m` to operations per second; undefined for anything else. */
export function parseRate(text: string): number | undefined {
  const unit = RATE.exec(text)?.[2] as keyof typeof SECONDS | undefined;
  return unit === undefined ? undefined : Number.parseFloat(text) / SECONDS[unit];
}

/** `30%` to a fraction of 1; undefined for anything else. */
export function parsePercent(text: string): number | undefined {
  return PERCENT.test(text) ? Number.parseFloat(text) / 100 : undefined;
}

/** `512MB`, `1GiB` to bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match === null
    ? undefined
    : Math.floor(Number.parseFloat(text) * (PREFIXES[match[2]?.toLowerCase() ?? ''] ?? 1));
}

/** Milliseconds in the largest unit that keeps the number short: `1500` is `1.5s`, `90000` is `90s`. */
export function formatDuration(duration: Milliseconds): string {
  if (duration === 0) return '0s';
  if (duration >= 3_600_000 && duration % 3_600_000 === 0) return `${duration / 3_600_000}h`;
  if (duration >= 120_000 && duration % 60_000 === 0) return `${duration / 60_000}m`;
  if (duration >= 1000) return `${plain(duration / 1000)}s`;
  if (duration >= 1) return `${plain(duration)}ms`;
  return duration >= 1e-3 ? `${plain(duration * 1e3)}us` : `${plain(duration * 1e6)}ns`;
}

export function isQuantity(unit: OptionSchema['x-unit']): unit is Unit {
  return unit !== undefined && Object.hasOwn(PARSE_UNIT, unit);
}

/** The number that a text in this unit means; undefined when it is none. */
export const PARSE_UNIT: Readonly<Record<Unit, (text: string) => number | undefined>> = {
  duration: parseDuration,
  rate: parseRate,
  percent: parsePercent,
  size: parseSize,
};

/** What somebody who wrote `value` without the proper unit probably meant; undefined when there is no good guess. */
export function guessUnit(unit: Unit, value: unknown): string | undefined {
  if (typeof value === 'number') return value >= 0 ? guessNumber(unit, value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.toLowerCase().replace(/[\s_]/g, '').replace(/µ|μ/g, 'u');
  if (PARSE_UNIT[unit](text) !== undefined) return text;
  const match = /^(\d+(?:\.\d+)?)(.*)$/.exec(text);
  if (match === null) return undefined;
  const [, amount = '', suffix = ''] = match;
  if (suffix === '') return guessNumber(unit, Number(amount));
  if (unit === 'size') return /^[kmg]i?$/.test(suffix) ? `${text}b` : undefined;
  const word = LONG_UNITS[suffix.replace(/^(per(?!cent)|\/)/, '')];
  if (word === undefined) return undefined;
  if (unit === 'duration') return `${amount}${word}`;
  return unit === 'rate' && word in SECONDS
    ? `${amount}/${word}`
    : unit === 'percent' && word === '%'
      ? `${amount}%`
      : undefined;
}

const LONG_UNITS: Readonly<Record<string, string>> = {
  s: 's', sec: 's', secs: 's', second: 's', seconds: 's',
  ms: 'ms', msec: 'ms', millis: 'ms', millisecond: 'ms', milliseconds: 'ms',
  us: 'us', micros: 'us', microsecond: 'us', microseconds: 'us',
  ns: 'ns', nanosecond: 'ns', nanoseconds: 'ns',
  m: 'm', min: 'm', mins: 'm', minute: 'm', minutes: 'm',
  h: 'h', hr: 'h', hour: 'h', hours: 'h',
  percent: '%', pct: '%',
}; // biome-ignore format: a table of synonyms reads best a line a unit

function guessNumber(unit: Unit, value: number): string {
  if (unit === 'duration') return `${plain(value)}s`;
  if (unit === 'rate') return `${plain(value)}/s`;
  if (unit === 'size') return value < 4096 ? `${plain(value)}MB` : `${plain(value)}B`;
  return value > 0 && value < 1 ? `${plain(value * 100)}%` : `${plain(value)}%`;
}

function plain(value: number): string {
  return String(roundOff(value));
}

/** Without the noise of binary fractions: `20.1 * 1000` is 20100. */
function roundOff(value: number): number {
  return Number(value.toPrecision(15));
}
