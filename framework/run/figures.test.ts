// Figures of runs: quantiles by function, and what counts as answered.
import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../history/history.js';
import { figuresOf } from './figures.js';

function history(): ColumnarHistory {
  const made = new ColumnarHistory();
  made.appendNemesis(0, 'phase', { phase: 'load' });
  for (let i = 0; i < 100; i++) {
    made.appendInvoke(i * 1e9, i, 'read', undefined, null, 'n1');
    made.appendCompletion(i * 1e9 + (i + 1) * 1e6, i, 'ok', 1);
  }
  return made;
}

describe('figures', () => {
  it('are quantiles of ok operations, in milliseconds', () => {
    const { latency, availability } = figuresOf(history());
    expect(latency.all).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(latency.byFunction).toEqual({ read: latency.all });
    expect(availability).toBe(1);
  });

  it('count as answered what only a working store says, and only what was asked during the load', () => {
    const made = new ColumnarHistory();
    const ask = (time: number, process: number, outcome: 'ok' | 'fail' | 'info', error?: string) => {
      made.appendInvoke(time, process, 'cas', undefined, [1, 2], 'n1');
      made.appendCompletion(time + 1e6, process, outcome, [1, 2], error);
    };
    made.appendNemesis(0, 'phase', { phase: 'load' });
    ask(1e9, 1, 'ok');
    ask(2e9, 1, 'fail', 'precondition-failed: it is 3');
    ask(3e9, 1, 'fail', 'temporarily-unavailable');
    ask(4e9, 1, 'info', 'timeout');
    made.appendNemesis(5e9, 'phase', { phase: 'heal' });
    ask(6e9, 2, 'fail', 'temporarily-unavailable');
    expect(figuresOf(made)).toMatchObject({ availability: 0.5, latency: { all: { count: 1 } } });
  });

  it('of nothing are null', () => {
    expect(figuresOf(new ColumnarHistory())).toEqual({ latency: { all: null, byFunction: {} }, availability: null });
  });
});
