import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitsOf, framed, moved, roundStep, type Span, showing, within, zoomed } from './span.js';

const END = 60_000_000_000;
const span = fc
  .tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 200, max: END }))
  .map(([from, width]): Span => within({ from, to: from + width }, END));

function isWithin({ from, to }: Span): boolean {
  return Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= END && to > from;
}

describe('spans of the timeline', () => {
  it('stay within the run, whatever is done', () => {
    const factor = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const by = fc.integer({ min: -2 * END, max: 2 * END });
    fc.assert(
      fc.property(
        span,
        span,
        factor,
        fc.double({ min: 0, max: 1, noNaN: true }),
        by,
        (one, other, zoom, share, step) => {
          for (const result of [
            zoomed(one, zoom, share, END),
            moved(one, step, END),
            framed(one, END),
            showing(one, other, END),
          ]) {
            expect([result, isWithin(result)]).toEqual([result, true]);
          }
        },
      ),
    );
  });

  it('keep the instant under the pointer when zoomed', () => {
    const before = { from: 20_000_000_000, to: 30_000_000_000 };
    const after = zoomed(before, 0.5, 0.25, END);
    expect(after).toEqual({ from: 21_250_000_000, to: 26_250_000_000 });
    expect(zoomed(after, 2, 0.25, END)).toEqual(before);
  });

  it('keep their width when moved to an edge', () => {
    expect(moved({ from: 10, to: 1010 }, -500, END)).toEqual({ from: 0, to: 1000 });
    expect(moved({ from: 10, to: 1010 }, END, END)).toEqual({ from: END - 1000, to: END });
  });

  it('move only to what is out of sight', () => {
    const view = { from: 10_000, to: 20_000 };
    expect(showing(view, { from: 12_000, to: 13_000 }, END)).toBe(view);
    expect(showing(view, { from: 50_000, to: 50_010 }, END)).toEqual({ from: 45_005, to: 55_005 });
    const wide = showing(view, { from: 30_000, to: 90_000 }, END);
    expect(wide.from).toBeLessThan(30_000);
    expect(wide.to).toBeGreaterThan(90_000);
  });

  it('fit runs that are shorter than anything that can be told apart', () => {
    expect(within({ from: 5, to: 6 }, 1)).toEqual({ from: 0, to: 1 });
  });
});

describe('ticks', () => {
  it('are round and told apart', () => {
    expect([1, 3, 7, 20, 0.4].map(roundStep)).toEqual([1, 5, 10, 20, 1]);
    expect([1e9, 2e8, 5e6, 1e3, 1].map(digitsOf)).toEqual([0, 1, 3, 6, 9]);
  });
});
