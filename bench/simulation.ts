// How much faster than real time a simulated five-node Raft runs, checkers included, and how many whole runs a second.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlanText } from '../framework/plan/load.js';
import type { Plan } from '../framework/plan/plan.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const ROUNDS = 5;
const SHORT_RUNS = 100;

const plan = (load: number) => `
name: simulation benchmark
system: { use: raft, nodes: 5 }
deploy: sim
workload: { use: register, clients: 10, rate: 100/s }
nemeses:
  - { use: partition, every: 10s, for: 5s }
timing: { load: ${load}s, recover: 5s }
`;

async function load(seconds: number, set: string[] = []): Promise<Plan> {
  const [loaded] = await loadPlanText(plan(seconds), null, { catalog: defaultCatalog(), variables: {}, set });
  return loaded!;
}

/** Milliseconds of processor time, of every thread: what one core would need, whatever else the machine does. */
async function processorTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** A run that must come to a verdict, and to a good one. Returns its virtual milliseconds. */
async function run(plan: Plan): Promise<number> {
  const { result } = await runPlan(plan, { results: null });
  if (result.valid !== true) throw new Error(`seed ${plan.seed}: ${result.verdict}`);
  return result.times.duration;
}

/** Messages by type and operation: the same on every machine. */
async function messages(): Promise<{ all: number; appends: number; operations: number }> {
  const logged = await load(60, ['messages=true']);
  const { folder, history } = await runPlan(logged, { results: tmpdir() });
  const lines = readFileSync(join(folder!, 'nodes', 'messages.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const types = lines.map((line) => (JSON.parse(line) as { body: { type: string } }).body.type);
  let operations = 0;
  for (const _ of history.operations()) operations++;
  return { all: types.length, appends: types.filter((type) => type === 'append').length, operations };
}

export async function rows(): Promise<BenchRow[]> {
  const long = await load(600);
  // Warm: the first run lets the engine compile.
  await run(long);
  const factors: number[] = [];
  for (let seed = 2; seed < 2 + ROUNDS; seed++) {
    let duration = 0;
    const spent = await processorTime(async () => {
      duration = await run(withSeed(long, seed));
    });
    factors.push(duration / spent);
  }
  const short = await load(60);
  const spent = await processorTime(async () => {
    for (let seed = 1; seed <= SHORT_RUNS; seed++) await run(withSeed(short, seed));
  });
  const counts = await messages();
  const shown = factors.map((factor) => Math.round(factor)).join(', ');
  return [
    {
      name: 'five Raft nodes, 10 clients, 100 operations/s, 600 s, partitions, checked: times real time on one core',
      value: Math.max(...factors),
      unit: 'x',
      target: 600,
      better: 'higher',
      note: `processor time of all threads, warm; best of ${shown}`,
    },
    {
      name: 'complete 60-s runs (start, load, check) on one core',
      value: (SHORT_RUNS * 1000) / spent,
      unit: 'runs/s',
      target: 10,
      better: 'higher',
      note: `processor time of all threads, ${SHORT_RUNS} seeds`,
    },
    {
      name: 'messages of such a run',
      value: counts.all / counts.operations,
      unit: 'per operation',
      better: 'lower',
      note: `${counts.appends} of ${counts.all} replicate or are heartbeats; ${counts.operations} operations`,
    },
  ];
}
