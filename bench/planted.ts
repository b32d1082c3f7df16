// How often the ordinary mix of faults finds each planted bug, over 200 seeds; without the bug it must find nothing.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { planFiles } from '../framework/cli/plan-files.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlan } from '../framework/plan/load.js';
import type { Plan } from '../framework/plan/plan.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const SEEDS = 200;
/** Bugs that need a rare chain of events. */
const RARE = new Set(['commit-old-term', 'lease-ignores-drift']);

const plans = fileURLToPath(new URL('../../plans', import.meta.url));

async function load(file: string, set: string[]): Promise<Plan> {
  const [plan] = await loadPlan(file, { catalog: defaultCatalog(), variables: {}, set });
  return plan!;
}

/** Seeds of 1..SEEDS whose run was invalid, and how many came to no verdict. */
async function explore(plan: Plan): Promise<{ found: number; unknown: number }> {
  let found = 0;
  let unknown = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { result } = await runPlan(withSeed(plan, seed), { results: null });
    if (result.valid === false) found++;
    else if (result.status === 'failed' || Object.values(result.checks).some(({ valid }) => valid === 'unknown'))
      unknown++;
  }
  return { found, unknown };
}

export async function rows(): Promise<BenchRow[]> {
  const result: BenchRow[] = [];
  const files = ['raft', 'abd'].flatMap((system) => planFiles([join(plans, system, 'bugs')]));
  for (const file of files) {
    const plan = await load(file, []);
    const bug = String(plan.system.options['bug']);
    const { found, unknown } = await explore(plan);
    const note = unknown === 0 ? {} : { note: `${unknown} runs without a verdict` };
    const target = RARE.has(bug) ? 1 : 5;
    const name = `${plan.system.name} ${bug}: found in`;
    result.push({ name, value: (100 * found) / SEEDS, unit: `% of ${SEEDS} seeds`, target, better: 'higher', ...note });
    const none = await explore(await load(file, ['system.with.bug=none']));
    result.push({
      name: `${plan.system.name}, same plan and seeds without ${bug}: found in`,
      value: (100 * none.found) / SEEDS,
      unit: `% of ${SEEDS} seeds`,
      target: 0,
      better: 'lower',
      ...(none.unknown === 0 ? {} : { note: `${none.unknown} runs without a verdict` }),
    });
  }
  return result;
}
