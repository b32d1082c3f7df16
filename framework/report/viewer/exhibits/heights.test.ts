import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastBefore, niceStep } from './drawing.js';
import { heightsOf, valueText } from './heights.js';

describe('the axis of values', () => {
  it.each([
    [[3, 17, 9], false, [0, 5, 10, 15, 20]],
    [[990, 1000], false, [990, 995, 1000]],
    [[1], false, [0, 1, 2]],
    [[-2, 2], false, [-2, -1, 0, 1, 2]],
    [[0.1, 0.35], false, [0, 0.1, 0.2, 0.3, 0.4]],
    [[], false, [0, 1]],
    [[2, 3000], true, [1, 10, 100, 1000, 10_000]],
    [[0, 5], true, [1, 10]],
    [[], true, [1, 10]],
  ])('of %j (log %j) has its lines at %j', (values, log, ticks) => {
    expect(heightsOf(values, log).ticks).toEqual(ticks);
  });

  it('holds all values between its ends, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (all, log) => {
          const values = log ? all.filter((value) => value > 1e-9) : all;
          const { share, ticks } = heightsOf(values, log);
          expect(ticks.length).toBeLessThanOrEqual(20);
          const sorted = [...values].sort((a, b) => a - b).map(share);
          for (const [i, at] of sorted.entries()) {
            expect(at).toBeGreaterThanOrEqual(-1e-6);
            expect(at).toBeLessThanOrEqual(1 + 1e-6);
            expect(at).toBeGreaterThanOrEqual(sorted[i - 1] ?? -1);
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('says values in few characters', () => {
    expect([0, 1234567, -1200, 0.123456789, 1e20, 1e-9, 12.5].map((value) => valueText(value))).toEqual([
      '0',
      '1,234,567',
      '-1,200',
      '0.123457',
      '1.00e+20',
      '1.00e-9',
      '12.5',
    ]);
    expect(valueText(4, 'ms')).toBe('4 ms');
  });
});

describe('the axis of time', () => {
  it('has steps of 1, 2 or 5', () => {
    expect([10, 33, 70, 0.4].map((range) => niceStep(range, 10))).toEqual([1, 5, 10, 0.05]);
  });

  it('finds what holds at an instant', () => {
    const items = [{ time: 2 }, { time: 4 }, { time: 4 }, { time: 9 }];
    expect([1, 2, 4, 8, 99].map((time) => lastBefore(items, time, (item) => item.time))).toEqual([-1, 0, 2, 2, 3]);
  });
});
