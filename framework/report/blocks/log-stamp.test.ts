import { describe, expect, it } from 'vitest';
import { LEVELS } from '../page/logs.js';
import { FileClock } from './log-clock.js';
import { levelOf } from './log-level.js';
import { StampReader, type WallStamp } from './log-stamp.js';

const read = (line: string) => new StampReader().read(line);
const wall = (line: string) => read(line) as WallStamp;

/** A line, the instant it says (UTC where it names no zone), and what it lacks. */
const LINES: readonly [line: string, instant: string, says?: Partial<WallStamp>][] = [
  ['2026-11-21T23:59:51.123Z ready', '2026-11-21T23:59:51.123Z', { zoned: true, coarse: false }],
  ['2026-11-21T23:59:51Z ready', '2026-11-21T23:59:51.000Z', { zoned: true, coarse: true }],
  ['2026-11-22T01:59:51.123+02:00 ready', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['2026-11-21 20:29:51.123 -0330 ready', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['2026-11-22 00:59:51.123456+01 LOG:  checkpoint', '2026-11-21T23:59:51.123Z', { zoned: true, ns: 456_000 }],
  ['2026-11-21 23:59:51.123 UTC [42] LOG:  ready', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['2026-11-21 23:59:51,123 [myid:1] - INFO  [main:Q@1]', '2026-11-21T23:59:51.123Z', { zoned: false }],
  ['INFO  [main] 2026-11-21 23:59:51,123 Storage.java:7 - up', '2026-11-21T23:59:51.123Z', { zoned: false }],
  ['2026/11/21 23:59:51 listening', '2026-11-21T23:59:51.000Z', { zoned: false, coarse: true }],
  ['2026/11/21 23:59:51.123456 listening', '2026-11-21T23:59:51.123Z', { ns: 456_000 }],
  ['[2026-11-21 23:59:51.123] ready', '2026-11-21T23:59:51.123Z'],
  ['{"level":"info","ts":"2026-11-21T23:59:51.123Z","msg":"up"}', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['{"t":{"$date":"2026-11-21T23:59:51.123+00:00"},"s":"I"}', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['time="2026-11-21T23:59:51Z" level=info msg=up', '2026-11-21T23:59:51.000Z', { zoned: true }],
  ['<34>1 2026-11-21T23:59:51.123Z host app - - up', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['I261121 23:59:51.123456 12 1@server.go:1  up', '2026-11-21T23:59:51.123Z', { zoned: true, ns: 456_000 }],
  ['I1121 23:59:51.123456 12 server.cc:1] up', '1970-11-21T23:59:51.123Z', { lacks: 'year' }],
  ['Nov 21 23:59:51 host app[1]: up', '1970-11-21T23:59:51.000Z', { lacks: 'year', coarse: true }],
  ['<34>Nov  1 23:59:51 host app[1]: up', '1970-11-01T23:59:51.000Z', { lacks: 'year' }],
  ['1234:M 21 Nov 2026 23:59:51.123 * Ready', '2026-11-21T23:59:51.123Z', { zoned: false }],
  ['::1 - - [21/Nov/2026:23:59:51 +0000] "GET /"', '2026-11-21T23:59:51.000Z', { zoned: true }],
  ['Sat Nov 21 23:59:51 2026 up', '2026-11-21T23:59:51.000Z', { zoned: false }],
  ['Sat Nov 21 23:59:51 UTC 2026 up', '2026-11-21T23:59:51.000Z', { zoned: true }],
  ['1795305591.123456 up', '2026-11-21T23:59:51.123Z', { zoned: true, ns: 456_000 }],
  ['1795305591 up', '2026-11-21T23:59:51.000Z', { coarse: true }],
  ['[1795305591123] up', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['{"ts":1795305591.123,"msg":"up"}', '2026-11-21T23:59:51.123Z', { zoned: true }],
  ['ts=1795305591123456789 msg=up', '2026-11-21T23:59:51.123Z', { ns: 456_789 }],
  ['23:59:51.123 [main] up', '1970-01-01T23:59:51.123Z', { lacks: 'date' }],
];

describe('StampReader', () => {
  it.each(LINES)('reads %s', (line, instant, says = {}) => {
    const stamp = wall(line);
    expect({ ...stamp, at: new Date(stamp.ms).toISOString() }).toMatchObject({ kind: 'wall', at: instant, ...says });
  });

  it('reads the seconds of the run that reference nodes write', () => {
    expect(read('12.345678 term 3: leader')).toEqual({ kind: 'run', time: 12_345_678_000 });
  });

  it.each([
    'no time at all',
    '12.3 too few digits',
    '2026-13-41T23:59:51Z no such day',
    'request took 12:30',
    'version 2026.11.21',
    'at com.example.Main(Main.java:51)',
    'id 17953055911234567890123',
    '10.0.0.1:2379 connected',
    '25:61:00.1 no such time',
  ])('sees no time in %s', (line) => {
    expect(read(line)).toBeNull();
  });

  it('is quick about lines of any make', () => {
    const reader = new StampReader();
    for (const piece of ['1', '2026-', ' ', '12:', 'ts=1', 'Nov ', '2026-11-21 ']) reader.read(piece.repeat(100_000));
  });
});

const START = Date.parse('2026-11-21T23:59:30Z');
const TIMES = { start: START, end: 60e9 };

function placed(lines: readonly string[], times: { start: number | null; end: number } = TIMES) {
  const clock = new FileClock(times, read(lines[0]!), read(lines.at(-1)!));
  return { seconds: lines.map((line) => (clock.read(line)?.time ?? Number.NaN) / 1e9), clock };
}

describe('FileClock', () => {
  it('maps wall times by the start of the run', () => {
    expect(placed(['2026-11-21T23:59:31.500Z a', '2026-11-22T00:00:00.250000001Z b']).seconds).toEqual([
      1.5, 30.250000001,
    ]);
  });

  it('takes seconds of the run as they are, also where the start is not known', () => {
    expect(placed(['1.500000 a'], { start: null, end: 60e9 }).seconds).toEqual([1.5]);
    expect(placed(['2026-11-21T23:59:31.500Z a'], { start: null, end: 60e9 }).clock.kind).toBe('none');
  });

  it.each([
    ['UTC', 0, '2026-11-21 23:59:31,000', '2026-11-22 00:00:10,000'],
    ['one hour ahead', 3_600_000, '2026-11-22 00:59:31,000', '2026-11-22 01:00:10,000'],
    ['five and a half hours ahead', 19_800_000, '2026-11-22 05:29:31,000', '2026-11-22 05:30:10,000'],
    ['eight hours behind', -28_800_000, '2026-11-21 15:59:31,000', '2026-11-21 16:00:10,000'],
  ])('finds the zone of a log that names none: %s', (_, zone, first, last) => {
    const { seconds, clock } = placed([`${first} a`, `${last} b`]);
    expect([clock.zone, ...seconds]).toEqual([zone, 1, 40]);
  });

  it('knows a zone from a clock that is wrong', () => {
    const lines = ['2026-11-22 00:59:31,000 a', '2026-11-22 01:00:10,000 b'];
    const clock = new FileClock(TIMES, read(lines[0]!), read(lines[1]!), 3_600_000 - 250);
    expect([clock.zone, ...lines.map((line) => clock.read(line)!.time / 1e9)]).toEqual([0, 1.25, 40.25]);
  });

  it('adds the year and the day that are missing, over midnight and New Year', () => {
    const eve = { start: Date.parse('2026-12-31T23:59:50Z'), end: 60e9 };
    expect(placed(['Dec 31 23:59:55 h a', 'Jan  1 00:00:05 h b'], eve).seconds).toEqual([5, 15]);
    expect(placed(['23:59:55.5 a', '00:00:05.5 b'], eve).seconds).toEqual([5.5, 15.5]);
    expect(placed(['08:59:55.5 a', '09:00:05.5 b'], eve).seconds).toEqual([5.5, 15.5]);
  });
});

describe('levelOf', () => {
  it.each([
    ['2026-11-21 23:59:51,123 - INFO  [main]', 'info'],
    ['{"level":"warn","ts":1}', 'warn'],
    ['time="x" level=error msg="warn me"', 'error'],
    ['2026-11-21T23:59:51Z [DEBUG] raft: x', 'debug'],
    ['E1121 23:59:51.123456 12 server.cc:1] up', 'error'],
    ['2026-11-21 23:59:51.123 UTC [42] FATAL:  no', 'error'],
    ['panic: runtime error', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['12.345678 term 3: leader', ''],
    ['the error of my ways', ''],
  ])('of %s is %s', (line, level) => {
    expect(LEVELS[levelOf(line)]).toBe(level);
  });
});
