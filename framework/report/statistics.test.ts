import { describe, expect, it } from 'vitest';
import { endOfHistory, gather } from './statistics.js';
import { countsOf } from './testing/made-up.js';
import { validRun } from './testing/scenarios.js';

const { history } = validRun();
const statistics = gather(history, endOfHistory(history));
const operations = [...history.operations()];
const total = (series: Float64Array) => series.reduce((sum, count) => sum + count, 0);

describe('gather', () => {
  it('counts every operation once, by time', () => {
    expect(statistics.operations).toBe(operations.length);
    for (const outcome of ['ok', 'fail', 'info'] as const) {
      const expected = operations.filter((operation) => operation.outcome === outcome).length;
      expect(total(statistics.all[outcome])).toBe(expected);
    }
  });

  it('has the quantiles that sorting gives', () => {
    for (const [name, { ok }] of Object.entries(countsOf(history))) {
      const latencies = operations
        .filter(({ f, outcome }) => f === name && outcome === 'ok')
        .map(({ invoked, completed }) => completed! - invoked)
        .sort((a, b) => a - b);
      expect(statistics.byFunction[history.functionId(name)]).toEqual({
        count: ok,
        p50: latencies[Math.ceil(ok * 0.5) - 1],
        p95: latencies[Math.ceil(ok * 0.95) - 1],
        p99: latencies[Math.ceil(ok * 0.99) - 1],
        max: latencies[ok - 1],
      });
    }
  });
});
