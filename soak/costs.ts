// What an operation costs a system: messages, and delays of one message from the request to the answer. Measured without faults
// in the simulation, so the same on every machine.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import type { AnySystem } from '../framework/contracts/system.js';
import { loadPlanText } from '../framework/plan/load.js';
import { runPlan } from '../framework/run/run.js';
import { loadOf } from './loads.js';

export interface Costs {
  workload: string;
  /** Messages for each operation, those of clients included, beyond what the system says anyway. */
  messages: number;
  /** Messages a second while nobody asks for anything. */
  idle: number;
  /** By function: the median time of an operation, in delays of a message. */
  rounds: Record<string, number>;
}

/** Operations a second; what two loads differ in is the operations' own. */
const RATES = [20, 120] as const;
const SECONDS = 20;
/** Milliseconds that every message takes. */
const DELAY = 1;

interface Sample {
  messages: number;
  operations: number;
  latencies: Map<string, number[]>;
}

async function sample(system: AnySystem, rate: number): Promise<Sample> {
  const load = loadOf(system);
  const text = `
name: costs
system: { use: ${system.name}, nodes: 5 }
deploy: { use: sim, latency: ${DELAY}ms, distribution: constant, sync: 0ms }
workload: { use: ${load.use}, with: ${JSON.stringify(load.with)}, clients: 10, rate: ${rate}/s }
timing: { load: ${SECONDS}s, recover: 1s }
messages: true
`;
  const [plan] = await loadPlanText(text, null, { catalog: defaultCatalog(), variables: {}, set: [] });
  const results = mkdtempSync(join(tmpdir(), 'chaos-costs-'));
  try {
    const { folder, history } = await runPlan(plan!, { results });
    const lines = readFileSync(join(folder!, 'nodes', 'messages.jsonl'), 'utf8');
    const latencies = new Map<string, number[]>();
    let operations = 0;
    for (const { f, outcome, invoked, completed } of history.operations()) {
      operations++;
      if (outcome !== 'ok' || completed === undefined || completed === null) continue;
      const delays = (completed - invoked) / (DELAY * 1e6);
      const list = latencies.get(f);
      if (list === undefined) latencies.set(f, [delays]);
      else list.push(delays);
    }
    return { messages: lines.trimEnd().split('\n').length, operations, latencies };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Five nodes, ten clients, each talking to a node of its own; options as they are by default. */
export async function costsOf(system: AnySystem): Promise<Costs> {
  const [low, high] = (await Promise.all(RATES.map((rate) => sample(system, rate)))) as [Sample, Sample];
  const messages = (high.messages - low.messages) / (high.operations - low.operations);
  const idle = (low.messages - messages * low.operations) / (SECONDS + 1);
  const rounds = [...high.latencies].map(([f, delays]) => [f, median(delays)] as const);
  return { workload: loadOf(system).use, messages, idle: Math.max(0, idle), rounds: Object.fromEntries(rounds) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
