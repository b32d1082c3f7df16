import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../contracts/history.js';
import { ColumnarHistory } from '../../history/history.js';
import { OUTCOME_NAMES } from '../page/operations.js';
import { packPerformance, unpackPerformance } from '../page/performance.js';
import { endOfHistory } from '../statistics.js';
import { validRun } from '../testing/scenarios.js';
import { performanceOf } from './performance.js';

const MS = 1_000_000;
const RATE = { asked: 100, achieved: 99 };

interface Case {
  begin: number;
  took: number | null;
  f: number;
  outcome: 0 | 1 | 2;
  node: number;
}

const cases = fc.array(
  fc.record<Case>({
    begin: fc.integer({ min: 0, max: 2_000_000_000 }),
    took: fc.option(fc.integer({ min: 0, max: 3_000_000_000 })),
    f: fc.integer({ min: 0, max: 9 }),
    outcome: fc.constantFrom(0, 1, 2),
    node: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 200 },
);

function historyOf(made: readonly Case[]): ColumnarHistory {
  const history = new ColumnarHistory();
  const steps = made.flatMap(({ begin, took, f, outcome, node }, process) => [
    { time: begin, add: () => void history.appendInvoke(begin, process, `f${f}`, 0, null, `n${node}`) },
    ...(took === null
      ? []
      : [
          {
            time: begin + took,
            add: () => void history.appendCompletion(begin + took, process, OUTCOME_NAMES[outcome], null),
          },
        ]),
  ]);
  for (const { add } of steps.sort((a, b) => a.time - b.time)) add();
  return history;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function check(history: ColumnarHistory): void {
  const operations = [...history.operations()];
  const end = endOfHistory(history);
  const made = performanceOf(history, end, operations.length, RATE);
  const found = unpackPerformance(packPerformance(made));
  expect(found).toEqual(made);
  const inBin = (time: number, bin: number) => Math.min(made.bins - 1, Math.floor(time / made.step)) === bin;
  const ends = ({ invoked, completed }: Operation) => completed ?? invoked;
  for (let bin = 0; bin < made.bins; bin++) {
    const beginning = operations.filter(({ invoked }) => inBin(invoked, bin));
    const ending = operations.filter((operation) => inBin(ends(operation), bin));
    expect(made.begun[bin]).toBe(beginning.length);
    OUTCOME_NAMES.forEach((name, outcome) => {
      expect(made.ended[outcome]![bin]).toBe(ending.filter((operation) => operation.outcome === name).length);
    });
    for (const { node, begun, ok } of made.availability) {
      const asked = beginning.filter((operation) => node === '' || operation.node === node);
      expect([begun[bin], ok[bin]]).toEqual([asked.length, asked.filter(({ outcome }) => outcome === 'ok').length]);
    }
    for (const { name, p50, p95, p99, max } of made.latency.filter(({ name }) => !name.endsWith('others'))) {
      const latencies = ending
        .filter(({ outcome, f }) => outcome === 'ok' && (name === '' || f === name))
        .map(({ invoked, completed }) => completed! - invoked);
      const expected = [0.5, 0.95, 0.99, 1].map((share) => quantile(latencies, share));
      expect([p50[bin], p95[bin], p99[bin], max[bin]]).toEqual(expected);
    }
  }
}

describe('performance', () => {
  it('is what counting and sorting each bin by itself gives', () => {
    fc.assert(
      fc.property(cases, (made) => check(historyOf(made))),
      { numRuns: 60 },
    );
  });

  it('has bins of a round length, few of them', () => {
    const { history } = validRun();
    const { bins, step, functions } = performanceOf(history, endOfHistory(history), 2400, RATE);
    expect(bins).toBeGreaterThan(20);
    expect(bins).toBeLessThanOrEqual(400);
    expect(String(step)).toMatch(/^[125]0+$/);
    expect([...functions].sort()).toEqual(['cas', 'read', 'write']);
  });

  it('keeps a point for every operation that stands apart, of every function and outcome', () => {
    const { history } = validRun();
    const { scatter, functions } = performanceOf(history, endOfHistory(history), 2400, RATE);
    const completed = [...history.operations()].filter(({ end }) => end >= 0);
    expect(scatter.operations).toBe(completed.length);
    const kinds = new Set(completed.map(({ f, outcome }) => `${f} ${outcome}`));
    const shown = Array.from(scatter.f, (f, i) => `${functions[f]} ${OUTCOME_NAMES[scatter.outcome[i]!]}`);
    expect(new Set(shown)).toEqual(kinds);
    const slowest = Math.max(...completed.map(({ invoked, completed: time }) => time! - invoked));
    expect(Math.max(...scatter.latency) / slowest).toBeGreaterThan(0.97);
  });

  it('holds a bounded number of points, of a history of any size', () => {
    const history = new ColumnarHistory();
    for (let i = 0; i < 150_000; i++) {
      // Latencies of nine orders of magnitude, all over the place.
      const latency = Math.round(10 ** (((i * 7919) % 90_001) / 10_001));
      history.appendInvoke(i * MS - latency, i, 'write', i % 10, i, 'n1');
      history.appendCompletion(i * MS, i, 'ok', i);
    }
    const { scatter } = performanceOf(history, 150_000 * MS, 150_000, RATE);
    expect(scatter.operations).toBe(150_000);
    expect(scatter.count).toBeLessThanOrEqual(40_000);
    expect(scatter.count).toBeGreaterThan(10_000);
  });
});
