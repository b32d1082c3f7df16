// How much faster than real time each reference system runs in the simulation, checkers included.
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { AnySystem } from '../framework/contracts/system.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import { checksOf, loadOf } from '../soak/loads.js';
import type { BenchRow } from './row.js';

const ROUNDS = 3;

/** Times faster than real time on one core, the best of some rounds after a first one that lets the engine compile. */
async function speed(system: AnySystem): Promise<number> {
  const load = loadOf(system);
  const text = `
name: systems benchmark
system: { use: ${system.name}, nodes: 5 }
deploy: sim
workload: { use: ${load.use}, with: ${JSON.stringify(load.with)}, clients: 10, rate: 100/s }
nemeses:
  - { use: partition, every: 10s, for: 5s }
timing: { load: 300s, recover: 10s }
${checksOf(system)}
`;
  const [plan] = await loadPlanText(text, null, { catalog: defaultCatalog(), variables: {}, set: [] });
  let best = 0;
  for (let seed = 1; seed <= 1 + ROUNDS; seed++) {
    const before = process.cpuUsage();
    const { result } = await runPlan(withSeed(plan!, seed), { results: null });
    const { user, system: kernel } = process.cpuUsage(before);
    if (result.valid !== true) throw new Error(`${system.name}, seed ${seed}: ${result.verdict}`);
    if (seed > 1) best = Math.max(best, (result.times.duration * 1000) / (user + kernel));
  }
  return best;
}

export async function rows(): Promise<BenchRow[]> {
  const systems = (await defaultCatalog().all('system')).filter(({ nodes }) => nodes !== undefined);
  const rows: BenchRow[] = [];
  for (const system of systems) {
    const name = `${system.name}: five nodes, 10 clients, 100 operations/s, partitions, checked: times real time on one core`;
    const note = `300 s of ${loadOf(system).use}; processor time of all threads`;
    rows.push({ name, value: await speed(system), unit: 'x', target: 300, better: 'higher', note });
  }
  return rows;
}
