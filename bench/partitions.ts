// How soon a partition of five hosts is in force and seen by probes, wherever they live.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { FaultValue, History } from '../framework/contracts/history.js';
import { type Milliseconds, NS_PER_MS } from '../framework/contracts/time.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const PLAN = {
  name: 'partitions',
  system: { use: 'raft', nodes: 5 },
  workload: { use: 'register', clients: 10, rate: '100/s' },
  timing: { load: '32s', recover: '3s' },
};
const PARTITION = { use: 'partition', every: '600ms', for: '300ms', jitter: '0%' };

/** Of sorted or unsorted values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}

/** From the decision until it is seen, for 50 partitions and more of one run. `deploy`: as in a plan. */
export async function partitions(deploy: unknown, where: string, target: Milliseconds): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const text = JSON.stringify({ ...PLAN, deploy, nemeses: [PARTITION] });
    const [plan] = await loadPlanText(text, null, { catalog: defaultCatalog(), variables: {}, set: [] });
    const { result, history } = await runPlan(plan!, { results: folder });
    if (result.valid !== true) throw new Error(`the run was ${result.status}: ${result.verdict}`);
    const times = injectionsOf(history);
    if (times.length < 50) throw new Error(`only ${times.length} partitions came to be`);
    return {
      name: `a partition of five ${where} in force after, p95`,
      value: quantile(times, 0.95),
      unit: 'ms',
      target,
      better: 'lower',
      note: `${times.length} partitions, median ${quantile(times, 0.5).toFixed(1)} ms, each seen by probes`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function injectionsOf(history: History): number[] {
  return history.nemesisEvents().flatMap(({ f, value }) => {
    if (f !== 'partition') return [];
    const { phase, requested, effective } = value as FaultValue;
    return phase === 'inject' ? [(effective - requested) / NS_PER_MS] : [];
  });
}
