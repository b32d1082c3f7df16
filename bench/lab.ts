// The lab: how soon its hosts are up and gone, how soon a partition is in force, and what Raft carries there over TCP.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { FaultValue, History } from '../framework/contracts/history.js';
import { NS_PER_MS } from '../framework/contracts/time.js';
import { Lab } from '../framework/deploy/lab/lab.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

const ROUNDS = 10;
const HOSTS = ['n1', 'n2', 'n3', 'n4', 'n5'];

function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}

/** Seconds until five hosts answer over SSH, and until nothing of them is left: the slowest of all rounds. */
async function upAndDown(): Promise<BenchRow[]> {
  const up: number[] = [];
  const down: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const lab = new Lab(`bench${round}`, HOSTS, {});
    const began = performance.now();
    await lab.up();
    const stood = performance.now();
    await lab.down();
    up.push((stood - began) / 1000);
    down.push((performance.now() - stood) / 1000);
  }
  const note = (values: readonly number[]) => `median ${quantile(values, 0.5).toFixed(2)} s of ${ROUNDS} rounds`;
  return [
    { name: 'five hosts up, slowest', value: Math.max(...up), unit: 's', target: 5, better: 'lower', note: note(up) },
    {
      name: 'five hosts gone, slowest',
      value: Math.max(...down),
      unit: 's',
      target: 2,
      better: 'lower',
      note: note(down),
    },
  ];
}

const PARTITIONS = {
  name: 'partitions',
  system: { use: 'raft', nodes: 5 },
  deploy: 'lab',
  workload: { use: 'register', clients: 10, rate: '100/s' },
  nemeses: [{ use: 'partition', every: '600ms', for: '300ms', jitter: '0%' }],
  timing: { load: '32s', recover: '3s' },
};

function injectionsOf(history: History): number[] {
  return history.nemesisEvents().flatMap(({ f, value }) => {
    if (f !== 'partition') return [];
    const { phase, requested, effective } = value as FaultValue;
    return phase === 'inject' ? [(effective - requested) / NS_PER_MS] : [];
  });
}

async function partitions(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const [plan] = await loadPlanText(JSON.stringify(PARTITIONS), null, {
      catalog: defaultCatalog(),
      variables: {},
      set: [],
    });
    const { result, history } = await runPlan(plan!, { results: folder });
    if (result.valid !== true) throw new Error(`the run was ${result.status}: ${result.verdict}`);
    const times = injectionsOf(history);
    const note = `${times.length} partitions, median ${quantile(times, 0.5).toFixed(1)} ms, each seen by probes`;
    return [
      {
        name: 'a partition of five hosts in force after, p95',
        value: quantile(times, 0.95),
        unit: 'ms',
        target: 100,
        better: 'lower',
        note,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function rows(): Promise<BenchRow[]> {
  const raft = await storeRows({
    name: 'three Raft nodes in a lab, over TCP',
    system: 'raft',
    route: 'leader',
    deploy: 'lab',
    target: 15_000,
  });
  return [...(await upAndDown()), ...(await partitions()), ...raft];
}
