import { describe, expect, it } from 'vitest';
import { clockEnvironment, clockFile, clockText, clockWith, type ProgramClock, TRUE_CLOCK } from './clock.js';
import { dateCommand } from './clock-host.js';

describe('the clock of a program', () => {
  /** What libfaketime makes of a text, for a program that has started at `start`. */
  const shown = (text: string, start: number, now: number) => {
    const [, offset, rate] = /^([+-][\d.]+) x([\d.]+)\n$/.exec(text)!;
    return start + Number(rate) * (now - start) + Number(offset) * 1000;
  };

  it('adds offsets up, and is true again without any', () => {
    const moved = clockWith(TRUE_CLOCK, [{ offset: 120_000 }, { offset: -250 }], 5000);
    expect(clockText(moved, 0)).toBe('+119.75 x1\n');
    expect(clockText(clockWith(moved, [{ offset: -3_600_000 }], 6000), 0)).toBe('-3600 x1\n');
    expect(clockText(clockWith(moved, [], 7000), 0)).toBe('+0 x1\n');
  });

  it('runs on from where it is when its rate changes, however long the program has run', () => {
    const start = 1000;
    let clock: ProgramClock = TRUE_CLOCK;
    let last = 100_000;
    for (const [now, rate] of [
      [100_000, 2],
      [110_000, 0.5],
      [130_000, 3],
    ] as const) {
      const before = shown(clockText(clock, start), start, now);
      clock = clockWith(clock, [{ rate }], now);
      expect(shown(clockText(clock, start), start, now)).toBeCloseTo(before, 3);
      expect(before).toBeGreaterThanOrEqual(last);
      last = before;
      expect(shown(clockText(clock, start), start, now + 1000) - before).toBeCloseTo(1000 * rate, 3);
    }
    clock = clockWith(clock, [], 140_000);
    expect(shown(clockText(clock, start), start, 140_000)).toBe(140_000);
  });

  it('multiplies rates, and says no number that libfaketime would not read', () => {
    expect(clockWith(TRUE_CLOCK, [{ rate: 2 }, { rate: 1.5, offset: 10 }], 0)).toMatchObject({ rate: 3, offset: 10 });
    const tiny = clockWith(TRUE_CLOCK, [{ offset: 1e-5, rate: 1e-7 }], 0);
    expect(clockText(tiny, 0)).toBe('+0.00000001 x0.0000001\n');
  });

  it('has a file whose name no node can choose', () => {
    expect(clockFile('20260101-1', 'n1')).toBe('/tmp/chaos-clock-20260101-1/n1');
    expect(clockFile('a/b', '../../etc/passwd')).toBe('/tmp/chaos-clock-a%2Fb/..%2F..%2Fetc%2Fpasswd');
    expect(clockFile('r', '..')).toBe('/tmp/chaos-clock-r/_');
    expect(clockEnvironment('r', 'n1', '/lib/libfaketime.so.1')).toMatchObject({
      LD_PRELOAD: '/lib/libfaketime.so.1',
      FAKETIME_TIMESTAMP_FILE: '/tmp/chaos-clock-r/n1',
    });
  });
});

describe("the host's clock", () => {
  it('is told the time to the nanosecond', () => {
    expect(dateCommand(1_700_000_000_123.5, 1)).toEqual(['date', '-s', '@1700000000.124500000']);
    expect(dateCommand(1_700_000_000_000, 0)).toEqual(['date', '-s', '@1700000000.000000000']);
    expect(dateCommand(-1500, 0)).toEqual(['date', '-s', '@-2.500000000']);
  });
});
