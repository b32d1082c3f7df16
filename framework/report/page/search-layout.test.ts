import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageOperation, PageOrder, PageSearch } from './evidence.js';
import {
  BAR,
  illegalPoint,
  layoutOf,
  nowhereSentence,
  orderSentence,
  pointsOf,
  SEARCH_WIDTH,
} from './search-layout.js';

const SEED = { seed: 11, numRuns: 300 };

function operation(row: number, process: number, invoked: number, completed: number | null): PageOperation {
  return {
    row,
    text: `op ${row}`,
    process,
    node: 'n1',
    invoked,
    completed,
    outcome: completed === null ? 'info' : 'ok',
  };
}

/** Operations with an order of all of them that their times allow: by some instant within each. */
const searches = fc
  .array(fc.record({ at: fc.nat(1000), before: fc.nat(50), after: fc.nat(50), open: fc.nat(9) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((spans): PageSearch => {
    const all = spans
      .map(({ at, before, after, open }, process) => ({
        at,
        operation: operation(0, process, at - before, open === 0 ? null : at + after + 1),
      }))
      .sort((a, b) => a.operation.invoked - b.operation.invoked);
    const steps = [...all.keys()].sort((a, b) => all[a]!.at - all[b]!.at);
    const order = { earlier: 0, start: '', steps, states: steps.map(String), next: [{ operation: 0, why: 'w' }] };
    return {
      operations: all.map((one) => one.operation),
      stuck: 0,
      orders: [order],
      first: 0,
      longest: steps.map(() => 0),
      exhaustive: true,
    };
  });

describe('pointsOf', () => {
  it('places every step within its operation, from left to right', () => {
    fc.assert(
      fc.property(searches, (search) => {
        const layout = layoutOf(search);
        const points = pointsOf(layout, search.orders[0]!);
        points.forEach(({ operation, x, y }, i) => {
          const bar = layout.bars[operation]!;
          expect(x).toBeGreaterThanOrEqual(bar.x0 - 1e-6);
          expect(x).toBeLessThanOrEqual(bar.x1 + 1e-6);
          expect(y).toBe(bar.y + BAR / 2);
          if (i > 0) expect(x).toBeGreaterThanOrEqual(points[i - 1]!.x);
        });
        const illegal = illegalPoint(layout, search.orders[0]!, points)!;
        expect(illegal.x).toBeLessThanOrEqual(layout.bars[0]!.x1);
      }),
      SEED,
    );
  });
});

describe('layoutOf', () => {
  it('gives each process a lane of its own, within the picture', () => {
    fc.assert(
      fc.property(searches, (search) => {
        const { lanes, bars, height } = layoutOf(search);
        expect(new Set(lanes.map(({ y }) => y)).size).toBe(lanes.length);
        for (const { x0, x1, y } of bars) {
          expect(x0).toBeGreaterThan(90);
          expect(x1).toBeLessThanOrEqual(SEARCH_WIDTH);
          expect(y + BAR).toBeLessThan(height);
        }
      }),
      SEED,
    );
  });
});

describe('sentences', () => {
  const order: PageOrder = {
    earlier: 0,
    start: '0',
    steps: [0, 1],
    states: ['1', '2'],
    next: [{ operation: 2, why: 'x is illegal' }],
  };
  const search: PageSearch = {
    operations: [operation(0, 0, 0, 1), operation(2, 1, 0, 1), operation(4, 2, 0, 1)],
    stuck: 2,
    orders: [order, { ...order, earlier: 240, steps: [1], next: [] }],
    first: 0,
    longest: [0, 1, -1],
    exhaustive: true,
  };

  it('say how far an order goes, and what ends it', () => {
    expect(orderSentence(search, 0, null)).toBe('The longest order has 2 operations. Then x is illegal.');
    expect(orderSentence(search, 1, 1)).toBe(
      'The longest order with op 2 by process 1, step 1, has 1 operation after 240 earlier ones. Nothing can follow.',
    );
  });

  it('tell what fits nowhere from what was not found', () => {
    expect(nowhereSentence(search, 2)).toBe(
      'op 4 by process 2, with whose return no order was left, fits nowhere: every order was tried.',
    );
    expect(nowhereSentence({ ...search, exhaustive: false }, 0)).toContain('not all were tried');
  });
});
