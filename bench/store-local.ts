// How many operations a second a store of real processes carries, with its logs synced, through the real run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { History } from '../framework/contracts/history.js';
import type { OptionValues } from '../framework/contracts/options.js';
import { NS_PER_MS, NS_PER_S } from '../framework/contracts/time.js';
import { loadPlanText } from '../framework/plan/load.js';
import type { Plan } from '../framework/plan/plan.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const ROUNDS = 3;
const SECONDS = 6;
/** The first second, in which code is compiled, does not count. */
const WARM_UP = 1;

/** A store and the load it carries; by default half reads, half writes of 256 bytes, judged as linearizable. */
export interface StoreBench {
  /** As the rows name it: "three Raft nodes". */
  name: string;
  system: string;
  options?: OptionValues;
  nodes?: number;
  /** `leader`: clients send to whoever leads. */
  route?: 'sticky' | 'leader';
  /** As in a plan; `local` where it is left out. */
  deploy?: unknown;
  clients?: number;
  workload?: { use: string; with?: OptionValues };
  checks?: readonly unknown[];
  /** Operations a second that the best round should reach, and milliseconds that its p99 should stay below. */
  target: number;
  p99?: number;
}

interface Figures {
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
}

const REGISTER = { use: 'register', with: { mix: { read: 1, write: 1, cas: 0 }, 'value-size': 256 } };

/** The plan of a bench. JSON is YAML. */
function planOf(bench: StoreBench): string {
  const { system, options, nodes = 3, route, deploy = 'local', clients = 50, workload = REGISTER, checks } = bench;
  return JSON.stringify({
    name: `${system} benchmark`,
    system: { use: system, nodes, with: options ?? {} },
    deploy,
    workload: { ...workload, clients, route: route ?? 'sticky' },
    timing: { load: `${SECONDS}s`, recover: '100ms' },
    ...(checks === undefined ? {} : { checks }),
  });
}

/** What completed in the load after its warm-up, from the history. */
function figuresOf(history: History): Figures {
  const begin = history.nemesisEvents().find((event) => event.f === 'phase')!.time;
  const [from, to] = [begin + WARM_UP * NS_PER_S, begin + SECONDS * NS_PER_S];
  const latencies: number[] = [];
  for (const { outcome, invoked, completed } of history.operations()) {
    if (outcome !== 'ok' || completed === undefined || completed < from || completed >= to) continue;
    latencies.push((completed - invoked) / NS_PER_MS);
  }
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (q: number) => sorted[Math.floor(sorted.length * q)] ?? Number.POSITIVE_INFINITY;
  return { perSecond: sorted.length / (SECONDS - WARM_UP), median: quantile(0.5), p99: quantile(0.99) };
}

async function round(plan: Plan, folder: string): Promise<Figures> {
  const { result, history } = await runPlan(plan, { results: folder });
  if (result.valid !== true) throw new Error(`the run was ${result.status}: ${result.verdict}`);
  return figuresOf(history);
}

/** Several rounds of a store in a folder of its own; `before` runs ahead of each. The rows are those of the best round. */
export async function storeRows(bench: StoreBench, before?: (folder: string) => void): Promise<BenchRow[]> {
  const { name, target, p99 } = bench;
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const [plan] = await loadPlanText(planOf(bench), null, { catalog: defaultCatalog(), variables: {}, set: [] });
    const rounds: Figures[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      before?.(folder);
      rounds.push(await round(plan!, folder));
    }
    const best = rounds.reduce((one, other) => (other.perSecond > one.perSecond ? other : one));
    const note = `best of ${ROUNDS} rounds: ${rounds.map(({ perSecond }) => Math.round(perSecond)).join(', ')}`;
    const limit = p99 === undefined ? {} : { target: p99 };
    return [
      {
        name: `${name}, ${bench.clients ?? 50} clients`,
        value: best.perSecond,
        unit: 'operations/s',
        target,
        better: 'higher',
        note,
      },
      { name: 'its latency, p99 of ok operations', value: best.p99, unit: 'ms', better: 'lower', ...limit },
      { name: 'its latency, median', value: best.median, unit: 'ms', better: 'lower' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
