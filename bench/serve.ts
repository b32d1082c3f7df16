// How long `chaos serve` takes to list a thousand runs: at its first look, and whenever it is asked again.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../framework/contracts/result.js';
import { serve } from '../framework/serve/server.js';
import type { BenchRow } from './row.js';

const RUNS = 1000;
const ROUNDS = 25;

/** As large as results with ten anomalies are: some 7 KB. */
function resultOf(seed: number): RunResult {
  const anomaly = {
    name: 'stale-read',
    message:
      'The read by process 12 on n3 returned null, although the write of 5 by process 19 on n5 had been acknowledged.',
    checker: 'linearizable',
    operations: [seed, seed + 1],
    evidence: { order: Array.from({ length: 20 }, (_, i) => ({ operation: i, state: `value ${i}` })) },
  };
  const latency = { count: 4000, p50: 5.1, p95: 9.3, p99: 12.7, max: 80 };
  return {
    format: 1,
    version: '0.1.0',
    status: 'completed',
    valid: seed % 3 === 0,
    verdict: 'Invalid: stale-read found by linearizable.',
    expect: 'valid',
    expectationMet: seed % 3 === 0,
    exitCode: 0,
    plan: { name: 'raft stays linearizable', id: `plan-${seed % 20}`, file: 'plan.yaml', cell: null },
    system: { name: 'raft', options: { reads: 'lease', heartbeat: 7 } },
    workload: { name: 'register', options: { keys: 8 } },
    deployment: 'sim',
    nodes: ['n1', 'n2', 'n3', 'n4', 'n5'],
    clients: 10,
    seed,
    rate: { asked: 100, achieved: 99.4 },
    anomalies: Array.from({ length: 10 }, () => anomaly),
    checks: {},
    coverage: {
      operations: { read: { invoke: 5000, ok: 4000, fail: 900, info: 100 } },
      faults: [],
      readsAfterHeal: 90,
      missing: [],
    },
    figures: { latency: { all: latency, byFunction: { read: latency } }, availability: 0.8 },
    times: { started: new Date(seed * 60_000).toISOString(), duration: 60_000, wall: 700 },
    repeat: 'npx chaos run plan.yaml',
  };
}

function makeRuns(folder: string): void {
  for (let seed = 0; seed < RUNS; seed++) {
    const name = `${new Date(Date.UTC(2026, 0, 2) + seed * 60_000).toISOString().replace(/[-:]|\.\d+/g, '')}-${seed}`;
    const run = join(folder, `plan-${seed % 20}`, name);
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'result.json'), `${JSON.stringify(resultOf(seed), null, 2)}\n`);
  }
}

/** Milliseconds until the whole page is there. */
async function timeOf(url: string, rows: number): Promise<number> {
  const start = performance.now();
  const text = await (await fetch(url)).text();
  const took = performance.now() - start;
  const found = text.split('<time ').length - 1;
  if (found !== rows) throw new Error(`${url} lists ${found} runs, not ${rows}`);
  return took;
}

async function medianOf(url: string, rows: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await timeOf(url, rows));
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    makeRuns(folder);
    const begun = performance.now();
    const serving = await serve({ folder, host: '127.0.0.1', port: 0 });
    try {
      await timeOf(`${serving.url}?per=1000`, RUNS);
      const first = performance.now() - begun;
      const all = await medianOf(`${serving.url}?per=1000`, RUNS);
      const page = await medianOf(serving.url, 100);
      const found = await medianOf(`${serving.url}?per=1000&anomaly=stale-read&plan=plan-3`, RUNS / 20);
      const target = { unit: 'ms', target: 300, better: 'lower' } as const;
      return [
        { name: 'serve: 1,000 runs listed, all on one page', value: all, ...target },
        { name: 'serve: 1,000 runs listed, the first page of 100', value: page, ...target },
        { name: 'serve: 50 of 1,000 runs found by plan and anomaly', value: found, ...target },
        {
          name: 'serve: 1,000 runs listed at the first look, from starting the server on',
          value: first,
          unit: 'ms',
          better: 'lower',
          note: 'every result is read, by a program that has not run yet; the files are in the system’s cache',
        },
      ];
    } finally {
      await serving.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
