// How much faster than real time each reference system runs in the simulation, checkers included.
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { AnySystem } from '../framework/contracts/system.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import { checksOf, loadOf } from '../soak/loads.js';
import type { BenchRow } from './row.js';

/** Runs of a minute that count, after some that let the engine compile. */
const RUNS = 10;
const WARM_UP = 3;

/** Times faster than real time on one core, over runs of a minute. */
async function speed(system: AnySystem): Promise<number> {
  const load = loadOf(system);
  const text = `
name: systems benchmark
system: { use: ${system.name}, nodes: 5 }
deploy: sim
workload: { use: ${load.use}, with: ${JSON.stringify(load.with)}, clients: 10, rate: 100/s }
nemeses:
  - { use: partition, every: 10s, for: 5s }
timing: { load: 60s, recover: 10s }
${checksOf(system)}
`;
  const [plan] = await loadPlanText(text, null, { catalog: defaultCatalog(), variables: {}, set: [] });
  let simulated = 0;
  let spent = 0;
  for (let seed = 1; seed <= WARM_UP + RUNS; seed++) {
    const before = process.cpuUsage();
    const { result } = await runPlan(withSeed(plan!, seed), { results: null });
    const { user, system: kernel } = process.cpuUsage(before);
    if (result.valid !== true) throw new Error(`${system.name}, seed ${seed}: ${result.verdict}`);
    if (seed <= WARM_UP) continue;
    simulated += result.times.duration * 1000;
    spent += user + kernel;
  }
  return simulated / spent;
}

export async function rows(): Promise<BenchRow[]> {
  const systems = (await defaultCatalog().all('system')).filter(({ nodes }) => nodes !== undefined);
  const rows: BenchRow[] = [];
  for (const system of systems) {
    const name = `${system.name}: five nodes, 10 clients, 100 operations/s, partitions, checked: times real time on one core`;
    const note = `${RUNS} runs of 60 s of ${loadOf(system).use}; processor time of all threads`;
    rows.push({ name, value: await speed(system), unit: 'x', target: 300, better: 'higher', note });
  }
  return rows;
}
