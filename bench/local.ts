// What the router between local processes can carry: echoes of requests, with nothing behind them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../framework/contracts/cluster.js';
import { KIND } from '../framework/contracts/define.js';
import type { AnySystem } from '../framework/contracts/system.js';
import { type Clock, NS_PER_S } from '../framework/contracts/time.js';
import local from '../framework/deploy/local/index.js';
import { createRandom } from '../framework/time/random.js';
import { realWorld } from '../framework/time/real.js';
import type { BenchRow } from './row.js';

const NODES = ['n1', 'n2', 'n3'];
const CLIENTS = 60;
const WARM_UP = 500;
const MEASURE = 2000;
const ROUNDS = 3;

const ECHO = `export default {
  [Symbol.for('${KIND.description}')]: 'system',
  name: 'echo-node', summary: 'answers echoes', workloads: ['echo'],
  nodes: (env) => ({
    start() {},
    timeout() {},
    receive(message) { env.reply(message, { type: 'echo_ok', echo: message.body.echo }); },
  }),
};`;

/** Clients that ask again as soon as they are answered; returns a counter of the answers. */
function closedLoop(cluster: Cluster): () => number {
  let answered = 0;
  for (let i = 0; i < CLIENTS; i++) {
    const client = `c${i}`;
    const node = NODES[i % NODES.length]!;
    const ask = () => {
      cluster.request(client, node, { type: 'echo', echo: `Please echo ${answered}` }, () => {
        answered++;
        ask();
      });
    };
    ask();
  }
  return () => answered;
}

async function echoes(folder: string): Promise<number> {
  const { clock } = realWorld();
  const path = join(folder, 'echo.mjs');
  writeFileSync(path, ECHO);
  const cluster = await local.provision({
    options: { latency: 0, transport: 'router', distribution: 'constant', jitter: 0 },
    nodes: NODES,
    system: { name: 'echo-node', summary: '', workloads: [], nodes: () => unused() } satisfies AnySystem,
    source: { kind: 'path', path },
    systemOptions: {},
    clock,
    random: createRandom(1, 'bench'),
    folder,
    services: [],
    logMessages: false,
    event: () => {},
    keep: false,
  });
  try {
    await cluster.start();
    const answered = closedLoop(cluster);
    await clock.sleep(WARM_UP);
    let best = 0;
    for (let round = 0; round < ROUNDS; round++) best = Math.max(best, await rateOf(answered, clock));
    return best;
  } finally {
    await cluster.stop();
  }
}

async function rateOf(count: () => number, clock: Clock): Promise<number> {
  const [before, begin] = [count(), clock.now()];
  await clock.sleep(MEASURE);
  return ((count() - before) * NS_PER_S) / (clock.now() - begin);
}

/** Nodes run in processes of their own; nothing makes one here. */
function unused(): never {
  throw new Error('not in this process');
}

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    return [
      {
        name: 'echo through the router, 3 processes, 60 clients',
        value: await echoes(folder),
        unit: 'operations/s',
        target: 150_000,
        better: 'higher',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
