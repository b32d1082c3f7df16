import { describe, expect, it } from 'vitest';
import { validRun } from './testing/scenarios.js';
import { firstInvocation, placesAround, type Span, windowAt } from './windows.js';

const S = 1_000_000_000;
const { history } = validRun();
const END = 30 * S;

function invokedIn({ from, to }: Span): number {
  return [...history.operations()].filter(({ invoked }) => invoked >= from && invoked <= to).length;
}

describe('placesAround', () => {
  it('shows the span with some company, in one look', () => {
    const span = { from: 14 * S, to: 14.1 * S };
    const [place, ...more] = placesAround(history, [span], END);
    expect(more).toEqual([]);
    expect(place!.from).toBeLessThan(span.from);
    expect(place!.to).toBeGreaterThan(span.to);
    expect(invokedIn(place!)).toBeGreaterThanOrEqual(30);
    expect(invokedIn(place!)).toBeLessThan(120);
  });

  it('adds the parts where places are far apart', () => {
    const spans = [
      { from: 1 * S, to: 1.01 * S },
      { from: 1.02 * S, to: 1.05 * S },
      { from: 28 * S, to: 28.1 * S },
    ];
    const [all, first, second, ...more] = placesAround(history, spans, END);
    expect(all!.from).toBeLessThan(1 * S);
    expect(all!.to).toBeGreaterThan(28.1 * S);
    expect(first!.to).toBeLessThan(second!.from);
    expect(more).toEqual([]);
  });

  it('has nothing to show without spans', () => {
    expect(placesAround(history, [], END)).toEqual([]);
  });
});

describe('windowAt', () => {
  it('holds about as many operations as asked for', () => {
    const count = invokedIn(windowAt(history, 5 * S, END, 100));
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThan(130);
  });

  it('stays within the run', () => {
    expect(windowAt(history, 0, END, 1_000_000)).toEqual({ from: 0, to: END });
  });

  it('begins with the first operation of a client', () => {
    expect(firstInvocation(history)).toBe(history.operations().next().value?.invoked);
  });
});
