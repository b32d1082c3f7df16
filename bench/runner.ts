// What the runner itself costs: a system that answers at once, the history on disk, closed loop and open loop.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Body } from '../framework/contracts/message.js';
import { Recorder } from '../framework/history/recorder.js';
import { RpcCaller } from '../framework/run/caller.js';
import { Clients } from '../framework/run/clients.js';
import { Load } from '../framework/run/load.js';
import { createRandom } from '../framework/time/random.js';
import { RealClock } from '../framework/time/real.js';
import register from '../workloads/register.js';
import type { BenchRow } from './row.js';

/** Clients of the closed loop, and of the open one: there, what waits while all are busy is bounded by their number. */
const CLOSED = 50;
const OPEN = 200;
const SECONDS = 5;

/** Answers every request in the next turn of the event loop. */
function noopCluster() {
  let waiting: { body: Body; reply: (body: Body) => void }[] = [];
  const answer = () => {
    const batch = waiting;
    waiting = [];
    for (const { body, reply } of batch)
      reply({ type: `${body.type}_ok`, in_reply_to: 1, value: body['value'] ?? null });
  };
  return {
    request: (_client: string, _node: string, body: Body, reply: (body: Body) => void) => {
      if (waiting.length === 0) setImmediate(answer);
      waiting.push({ body, reply });
    },
    abandon: () => {},
  };
}

async function measure(folder: string, threads: number, rate: number | null) {
  const clock = new RealClock();
  const recorder = new Recorder({ file: join(folder, `${threads}.jsonl`) });
  const cluster = noopCluster() as unknown as ConstructorParameters<typeof RpcCaller>[0];
  const options = { keys: 8, mix: { read: 1, write: 1, cas: 0 }, values: 'unique', 'value-size': 0, 'ops-per-key': 0 };
  const context = { options: options as never, clients: threads, nodes: ['n1'] };
  const shared = register.shared!({ random: createRandom(1, 'shared'), ...context });
  const late = new Float64Array(10_000_000);
  let arrivals = 0;
  const load = new Load(clock, createRandom(1, 'arrivals'), threads, rate, (lateness) => {
    late[arrivals++] = lateness;
  });
  const clients = new Clients({
    clock,
    sink: recorder,
    maker: {
      operations: (process, thread) =>
        register.operations({ random: createRandom(1, 'process', process), shared, process, thread, ...context }),
      caller: (process) => new RpcCaller(cluster, register.rpc, process),
      home: () => 'n1',
      route: () => 'n1',
      readOnly: (f) => register.rpc[f]?.readOnly === true,
    },
    threads,
    firstProcess: 0,
    timeout: 2000,
    onIdle: (thread) => load.onIdle(thread),
    onError: (error) => {
      throw error;
    },
  });
  const start = clock.now();
  load.start(clients);
  await clock.sleep(SECONDS * 1000);
  load.stop();
  await clients.quiet();
  recorder.close();
  const seconds = (clock.now() - start) / 1e9;
  return { perSecond: load.issued / seconds, late: late.subarray(0, arrivals).sort() };
}

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    return await measured(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(folder: string): Promise<BenchRow[]> {
  const closed = await measure(folder, CLOSED, null);
  const open = await measure(folder, OPEN, 100_000);
  const p99 = (open.late[Math.floor(open.late.length * 0.99)] ?? 0) / 1e6;
  return [
    {
      name: 'closed loop, no-op system, history on disk',
      value: closed.perSecond,
      unit: 'operations/s',
      target: 300_000,
      better: 'higher',
    },
    {
      name: 'open loop at 100,000/s: achieved',
      value: open.perSecond,
      unit: 'operations/s',
      target: 99_000,
      better: 'higher',
    },
    { name: 'open loop at 100,000/s: lateness p99', value: p99, unit: 'ms', target: 3, better: 'lower' },
  ];
}
