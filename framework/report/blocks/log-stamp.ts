// Recognises the time that a line of a log begins with, in the formats that programs use.

/** What a line says of its time. */
export type Stamp = RunStamp | WallStamp;

/** Nanoseconds since the start of the run, as reference nodes write it. */
export interface RunStamp {
  readonly kind: 'run';
  readonly time: number;
}

export interface WallStamp {
  readonly kind: 'wall';
  /** Whole milliseconds since 1970 as if in UTC where it names no zone; nanoseconds below that. */
  readonly ms: number;
  readonly ns: number;
  /** It names its zone, or has none. */
  readonly zoned: boolean;
  /** What it does not say: the ms are of 1970 then. */
  readonly lacks: 'nothing' | 'year' | 'date';
  /** To the second only. */
  readonly coarse: boolean;
}

/** Stamps stand at the beginning of a line, or behind a few words. */
const HEAD = 160;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const CLOCK = '([01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d|60)';
const FRACTION = '(?:[.,](\\d{1,9})\\d*)?';
const ZONE = '(?:\\s?(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)(?![\\w-]))?';

type Groups = readonly (string | undefined)[];

interface Format {
  readonly pattern: RegExp;
  /** Null: it only looked like a time. */
  readonly read: (groups: Groups) => Stamp | null;
}

/** In this order: the more they say, the earlier. None of the patterns goes back far: each of their parts has one way to match. */
const FORMATS: readonly Format[] = [
  // 12.345678 a line of a reference node
  { pattern: /^(\d{1,9})\.(\d{6}) /, read: ([, s, us]) => ({ kind: 'run', time: Number(s) * 1e9 + Number(us) * 1e3 }) },
  // 2026-11-21T23:59:51.123Z; 2026-11-21 23:59:51,123; 2026/11/21 23:59:51 (Go); also inside of JSON and logfmt
  {
    pattern: new RegExp(`(?<!\\d)(\\d{4})[-/](\\d\\d)[-/](\\d\\d)[T _]${CLOCK}${FRACTION}${ZONE}`),
    read: ([, y, mo, d, h, mi, s, fraction, zone]) =>
      wall({ date: [Number(y), Number(mo), Number(d)], clock: [h, mi, s], fraction, zone }),
  },
  // I261121 23:59:51.123456 (CockroachDB, UTC)
  {
    pattern: new RegExp(`^[IWEF](\\d\\d)(\\d\\d)(\\d\\d) ${CLOCK}${FRACTION}`),
    read: ([, y, mo, d, h, mi, s, fraction]) =>
      wall({ date: [2000 + Number(y), Number(mo), Number(d)], clock: [h, mi, s], fraction, zone: 'Z' }),
  },
  // I1121 23:59:51.123456 (glog)
  {
    pattern: new RegExp(`^[IWEF](\\d\\d)(\\d\\d) ${CLOCK}${FRACTION}`),
    read: ([, mo, d, h, mi, s, fraction]) =>
      wall({ date: [1970, Number(mo), Number(d)], lacks: 'year', clock: [h, mi, s], fraction }),
  },
  // 21 Nov 2026 23:59:51.123 (Redis); 21/Nov/2026:23:59:51 +0000 (web servers)
  {
    pattern: new RegExp(`(?<!\\d)(\\d{1,2})[ /-]${MONTH}[ /-](\\d{4})[ :T]${CLOCK}${FRACTION}${ZONE}`, 'i'),
    read: ([, d, mo, y, h, mi, s, fraction, zone]) =>
      wall({ date: [Number(y), monthOf(mo), Number(d)], clock: [h, mi, s], fraction, zone }),
  },
  // Sat Nov 21 23:59:51 2026 (ctime, date)
  {
    pattern: new RegExp(`\\b${MONTH} {1,2}(\\d{1,2}) ${CLOCK}${FRACTION} ?(UTC|GMT)? (\\d{4})\\b`),
    read: ([, mo, d, h, mi, s, fraction, zone, y]) =>
      wall({ date: [Number(y), monthOf(mo), Number(d)], clock: [h, mi, s], fraction, zone }),
  },
  // <34>Nov 21 23:59:51 host program: (syslog)
  {
    pattern: new RegExp(`^(?:<\\d{1,3}>)?\\[?${MONTH} {1,2}(\\d{1,2}) ${CLOCK}${FRACTION}`),
    read: ([, mo, d, h, mi, s, fraction]) =>
      wall({ date: [1970, monthOf(mo), Number(d)], lacks: 'year', clock: [h, mi, s], fraction }),
  },
  // 1763769591.123, 1763769591123; also "ts":1763769591.123 and ts=1763769591
  {
    pattern:
      /(?:^[[(]?|\b(?:ts|time|timestamp|t|@timestamp)["']?[:=] ?["']?)(1\d{9})(\d{3})?(\d{3})?(\d{3})?(?:\.(\d{1,9})\d*)?(?![\w.:-])/,
    read: ([, s, ms = '', us = '', ns = '', fraction = '']) => epoch(s!, `${ms}${us}${ns}${fraction}`),
  },
  // 23:59:51.123
  {
    pattern: new RegExp(`^\\[?${CLOCK}${FRACTION}(?![\\w:])`),
    read: ([, h, mi, s, fraction]) => wall({ date: [1970, 1, 1], lacks: 'date', clock: [h, mi, s], fraction }),
  },
];

/** Tries first what the line before had; files rarely change their format. */
export class StampReader {
  #last: Format | null = null;

  /** Null: the line has no time that anybody recognises. */
  read(line: string): Stamp | null {
    const head = line.length > HEAD ? line.slice(0, HEAD) : line;
    const known = this.#last === null ? null : attempt(this.#last, head);
    if (known !== null) return known;
    for (const format of FORMATS) {
      const stamp = attempt(format, head);
      if (stamp === null) continue;
      this.#last = format;
      return stamp;
    }
    return null;
  }
}

function attempt({ pattern, read }: Format, head: string): Stamp | null {
  const match = pattern.exec(head);
  return match === null ? null : read(match);
}

function monthOf(name: string | undefined): number {
  return MONTHS.indexOf((name ?? '').toLowerCase()) + 1;
}

interface Parts {
  date: readonly [year: number, month: number, day: number];
  clock: readonly [h: string | undefined, mi: string | undefined, s: string | undefined];
  fraction: string | undefined;
  zone?: string | undefined;
  lacks?: WallStamp['lacks'];
}

function wall({
  date: [year, month, day],
  clock: [h, mi, s],
  fraction = '',
  zone,
  lacks = 'nothing',
}: Parts): WallStamp | null {
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const below = nanosOf(fraction);
  const ms = Date.UTC(year, month - 1, day, Number(h), Number(mi), Number(s)) + Math.floor(below / 1e6);
  return {
    kind: 'wall',
    ms: ms - offsetOf(zone),
    ns: below % 1e6,
    zoned: zone !== undefined,
    lacks,
    coarse: fraction === '',
  };
}

function epoch(seconds: string, fraction: string): WallStamp {
  const below = nanosOf(fraction.slice(0, 9));
  return {
    kind: 'wall',
    ms: Number(seconds) * 1000 + Math.floor(below / 1e6),
    ns: below % 1e6,
    zoned: true,
    lacks: 'nothing',
    coarse: fraction === '',
  };
}

/** Digits behind the point of a second, as nanoseconds. */
function nanosOf(fraction: string): number {
  return fraction === '' ? 0 : Number(fraction.padEnd(9, '0'));
}

/** `+01:00`, `-0330` or `+01` in milliseconds; 0 for UTC. */
function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '');
  if (match === null) return 0;
  const [, sign, hours, minutes = '0'] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
