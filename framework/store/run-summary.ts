// What a list, a trend or a comparison tells of a run, taken from any `result.json`: of other versions, damaged, or forged.
import type { Latency, RunFigures, RunResult } from '../contracts/result.js';
import { at, entriesAt, listAt, numberAt, textAt } from './loose.js';

export interface RunSummary extends Pick<RunResult, 'status' | 'valid' | 'verdict' | 'expect' | 'expectationMet'> {
  version: string;
  plan: { name: string; cell: string | null };
  system: string;
  /** The planted bug; null: none. */
  bug: string | null;
  workload: string;
  deployment: string;
  seed: number | null;
  rate: { asked: number | null; achieved: number | null };
  /** By name, in the order of the result. */
  anomalies: readonly { name: string; checker: string; count: number }[];
  operations: Record<'invoke' | 'ok' | 'fail' | 'info', number>;
  /** ISO 8601, UTC; null: not recorded. */
  started: string | null;
  /** Milliseconds of the run's own clock, and of the wall. */
  duration: number | null;
  wall: number | null;
  /** null: written by a version that did not record them. */
  figures: RunFigures | null;
}

/** Texts in lists are no longer than this. */
const LONGEST = 500;
const MOST_NAMES = 50;

export function summarize(result: unknown): RunSummary {
  const text = (...path: string[]) => clipped(textAt(result, ...path) ?? '');
  const number = (...path: string[]) => numberAt(result, ...path);
  const valid = at(result, 'valid');
  const bug = textAt(result, 'system', 'options', 'bug');
  return {
    version: text('version'),
    status: statusOf(at(result, 'status')),
    valid: typeof valid === 'boolean' ? valid : 'unknown',
    verdict: text('verdict'),
    expect: expectationOf(at(result, 'expect')),
    expectationMet: at(result, 'expectationMet') === true,
    plan: { name: text('plan', 'name'), cell: text('plan', 'cell') || null },
    system: text('system', 'name'),
    bug: bug === null || bug === 'none' ? null : clipped(bug),
    workload: text('workload', 'name'),
    deployment: text('deployment'),
    seed: number('seed'),
    rate: { asked: number('rate', 'asked'), achieved: number('rate', 'achieved') },
    anomalies: anomaliesOf(result),
    operations: operationsOf(result),
    started: text('times', 'started') || null,
    duration: number('times', 'duration'),
    wall: number('times', 'wall'),
    figures: figuresOf(at(result, 'figures')),
  };
}

function clipped(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function statusOf(status: unknown): RunResult['status'] {
  return status === 'failed' || status === 'interrupted' ? status : 'completed';
}

function expectationOf(expect: unknown): RunResult['expect'] {
  const names = listAt(expect, 'anomalies').filter((name) => typeof name === 'string');
  if (names.length === 0) return 'valid';
  const others = at(expect, 'others') === 'allow' ? 'allow' : 'forbid';
  return { anomalies: names.slice(0, MOST_NAMES).map(clipped), others };
}

function anomaliesOf(result: unknown): RunSummary['anomalies'] {
  const found = new Map<string, { name: string; checker: string; count: number }>();
  for (const anomaly of listAt(result, 'anomalies')) {
    const name = clipped(textAt(anomaly, 'name') ?? 'without a name');
    const known = found.get(name);
    if (known !== undefined) known.count++;
    else if (found.size < MOST_NAMES) {
      found.set(name, { name, checker: clipped(textAt(anomaly, 'checker') ?? ''), count: 1 });
    }
  }
  return [...found.values()];
}

function operationsOf(result: unknown): RunSummary['operations'] {
  const sum = { invoke: 0, ok: 0, fail: 0, info: 0 };
  for (const [, counts] of entriesAt(result, 'coverage', 'operations')) {
    sum.invoke += numberAt(counts, 'invoke') ?? 0;
    sum.ok += numberAt(counts, 'ok') ?? 0;
    sum.fail += numberAt(counts, 'fail') ?? 0;
    sum.info += numberAt(counts, 'info') ?? 0;
  }
  return sum;
}

function figuresOf(figures: unknown): RunFigures | null {
  if (typeof figures !== 'object' || figures === null) return null;
  const byFunction: Record<string, Latency> = {};
  for (const [name, value] of entriesAt(figures, 'latency', 'byFunction').slice(0, MOST_NAMES)) {
    const latency = latencyOf(value);
    if (latency !== null && name !== '__proto__') byFunction[clipped(name)] = latency;
  }
  return {
    latency: { all: latencyOf(at(figures, 'latency', 'all')), byFunction },
    availability: numberAt(figures, 'availability'),
  };
}

function latencyOf(value: unknown): Latency | null {
  const [count, p50, p95, p99, max] = ['count', 'p50', 'p95', 'p99', 'max'].map((name) => numberAt(value, name));
  if (count == null || p50 == null || p95 == null || p99 == null || max == null) return null;
  return { count, p50, p95, p99, max };
}
