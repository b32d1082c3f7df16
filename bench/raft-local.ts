// How many operations a second a three-node Raft of real processes carries, with its log synced, through the real run.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { History } from '../framework/contracts/history.js';
import { NS_PER_MS, NS_PER_S } from '../framework/contracts/time.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import type { BenchRow } from './row.js';

const ROUNDS = 3;
const SECONDS = 6;
/** The first second, in which code is compiled, does not count. */
const WARM_UP = 1;

const PLAN = `
name: local raft benchmark
system: { use: raft, nodes: 3 }
deploy: local
workload:
  use: register
  with: { mix: { read: 1, write: 1, cas: 0 }, value-size: 256 }
  clients: 50
  route: leader
timing: { load: ${SECONDS}s, recover: 100ms }
`;

interface Figures {
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
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

/** Median microseconds of a sync after 4 KiB at the end of a file, or over blocks that the file has already. */
function syncTime(folder: string, over: boolean): number {
  const count = 300;
  const block = Buffer.alloc(4096, 1);
  const fd = openSync(join(folder, 'sync'), 'w');
  if (over) writeSync(fd, Buffer.alloc(count * block.length));
  fdatasyncSync(fd);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    writeSync(fd, block, 0, block.length, i * block.length);
    const before = process.hrtime.bigint();
    fdatasyncSync(fd);
    times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  closeSync(fd);
  return times.sort((one, other) => one - other)[count >> 1]!;
}

async function round(folder: string): Promise<Figures> {
  const [plan] = await loadPlanText(PLAN, null, { catalog: defaultCatalog(), variables: {}, set: [] });
  const { result, history } = await runPlan(plan!, { results: folder });
  if (result.valid !== true) throw new Error(`the run was ${result.status}: ${result.verdict}`);
  return figuresOf(history);
}

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const rounds: Figures[] = [];
    const appends: number[] = [];
    const overwrites: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      appends.push(syncTime(folder, false));
      overwrites.push(syncTime(folder, true));
      rounds.push(await round(folder));
    }
    const best = rounds.reduce((one, other) => (other.perSecond > one.perSecond ? other : one));
    const note = `best of ${ROUNDS} rounds: ${rounds.map(({ perSecond }) => Math.round(perSecond)).join(', ')}`;
    return [
      {
        name: 'three Raft nodes, 50 clients',
        value: best.perSecond,
        unit: 'operations/s',
        target: 25_000,
        better: 'higher',
        note,
      },
      { name: 'its latency, p99 of ok operations', value: best.p99, unit: 'ms', target: 8, better: 'lower' },
      { name: 'its latency, median', value: best.median, unit: 'ms', better: 'lower' },
      { name: 'bare fdatasync of 4 KiB more', value: Math.min(...appends), unit: 'us', better: 'lower' },
      {
        name: 'bare fdatasync of 4 KiB that the file has',
        value: Math.min(...overwrites),
        unit: 'us',
        better: 'lower',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
