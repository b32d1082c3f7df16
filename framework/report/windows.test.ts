import { describe, expect, it } from 'vitest';
import { validRun } from './testing/scenarios.js';
import { windowAt, windowsAround } from './windows.js';

const S = 1_000_000_000;
const { history } = validRun();
const END = 30 * S;

describe('windowsAround', () => {
  it('shows the span with some company, in one window', () => {
    const span = { from: 14 * S, to: 14.1 * S };
    const [window, ...more] = windowsAround(history, [span], END, 500);
    expect(more).toEqual([]);
    expect(window!.from).toBeLessThan(span.from);
    expect(window!.to).toBeGreaterThan(span.to);
    expect(window!.rows.length).toBeGreaterThanOrEqual(30);
    expect(window!.rows.length).toBeLessThan(120);
  });

  it('splits places that are far apart when there is too much between them', () => {
    const spans = [
      { from: 1 * S, to: 1.01 * S },
      { from: 1.02 * S, to: 1.05 * S },
      { from: 28 * S, to: 28.1 * S },
    ];
    const windows = windowsAround(history, spans, END, 500);
    expect(windows).toHaveLength(2);
    expect(windows[0]!.to).toBeLessThan(windows[1]!.from);
    expect(windowsAround(history, spans, END, 5000)).toHaveLength(1);
  });

  it('holds every operation that touches it', () => {
    const window = windowAt(history, 5 * S, END, 100);
    const touching = [...history.operations()]
      .filter(({ invoked, completed }) => invoked <= window.to && (completed ?? invoked) >= window.from)
      .map(({ index }) => index);
    expect(window.rows).toEqual(touching);
  });

  it('stays within the run', () => {
    const { from, to } = windowAt(history, 0, END, 1_000_000);
    expect([from, to]).toEqual([0, END]);
  });
});
