import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../contracts/history.js';
import { OrderedScale } from './page/ordered-scale.js';
import { realTimeOrder } from './proof-picture.js';

const SEED = { seed: 5, numRuns: 300 };

function operation(invoked: number, completed: number | undefined, outcome: Operation['outcome'] = 'ok'): Operation {
  const rest = { index: 0, process: 0, f: 'write', key: 1, asked: 1, value: 1, end: 1, node: 'n1', error: undefined };
  return { ...rest, outcome, invoked, completed };
}

describe('OrderedScale', () => {
  it('keeps the order of instants, at least some pixels apart, between its ends', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1e12), { minLength: 2, maxLength: 20 }), (instants) => {
        const scale = new OrderedScale(instants, 100, 900);
        const xs = [...instants].sort((a, b) => a - b).map((time) => scale.x(time));
        expect(xs[0]).toBe(100);
        expect(xs[xs.length - 1]).toBeCloseTo(900, 6);
        for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeGreaterThanOrEqual(25.9);
      }),
      SEED,
    );
  });
  it('places what lies between, and what lies outside at the ends', () => {
    const scale = new OrderedScale([100, 200], 0, 1000);
    expect(scale.x(150)).toBe(500);
    expect(scale.x(0)).toBe(0);
    expect(scale.x(900)).toBe(1000);
    expect(new OrderedScale([7], 10, 20).x(7)).toBe(10);
  });
});

describe('realTimeOrder', () => {
  it('links what completed before the next began, without shortcuts', () => {
    const operations = [operation(0, 10), operation(20, 30), operation(25, 50), operation(60, 70)];
    expect(realTimeOrder(operations)).toEqual([
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ]);
  });
  it('draws nothing from an operation that may still take effect', () => {
    expect(realTimeOrder([operation(0, 10, 'info'), operation(0, undefined), operation(20, 30)])).toEqual([]);
  });
});
