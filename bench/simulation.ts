// How much faster than real time a simulated five-node Raft runs, checkers included, and how many whole runs a second.
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const plan = (load: number) => `
name: simulation benchmark
system: { use: raft, nodes: 5 }
deploy: sim
workload: { use: register, clients: 10, rate: 100/s }
nemeses:
  - { use: partition, every: 10s, for: 5s }
timing: { load: ${load}s, recover: 5s }
`;

async function load(seconds: number) {
  const [loaded] = await loadPlanText(plan(seconds), 'bench.yaml', {
    catalog: defaultCatalog(),
    variables: {},
    set: [],
  });
  return loaded!;
}

export async function rows(): Promise<BenchRow[]> {
  const long = await load(600);
  // Warm: the first run lets the engine compile.
  await runPlan(long, { results: null });
  let best = 0;
  let verdicts = '';
  for (let seed = 2; seed <= 4; seed++) {
    const start = performance.now();
    const { result } = await runPlan(withSeed(long, seed), { results: null });
    const times = result.times.duration / (performance.now() - start);
    best = Math.max(best, times);
    verdicts += ` ${String(result.valid)}`;
  }
  const short = await load(60);
  const start = performance.now();
  let runs = 0;
  for (let seed = 1; performance.now() - start < 5000; seed++, runs++)
    await runPlan(withSeed(short, seed), { results: null });
  const perSecond = runs / ((performance.now() - start) / 1000);
  return [
    {
      name: 'five Raft nodes, 10 clients, 100 operations/s, 600 s, partitions, checked: times real time (best of 3, warm)',
      value: best,
      unit: 'x',
      target: 600,
      better: 'higher',
      note: `verdicts:${verdicts}`,
    },
    { name: 'complete 60-s runs (start, load, check)', value: perSecond, unit: 'runs/s', target: 10, better: 'higher' },
  ];
}
