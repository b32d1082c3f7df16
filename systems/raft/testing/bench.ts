// A simulated Raft cluster for tests: its nodes can be looked into, and the laws of Raft are checked after every step.
import type { Cluster, NodeEvent } from '../../../framework/contracts/cluster.js';
import { defineSystem } from '../../../framework/contracts/define.js';
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Protocol } from '../../../framework/contracts/protocol.js';
import type { Random } from '../../../framework/contracts/random.js';
import sim from '../../../framework/deploy/sim/index.js';
import { createRandom } from '../../../framework/time/random.js';
import { type VirtualClock, virtualWorld } from '../../../framework/time/virtual.js';
import type { RaftOptions } from '../options.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: RaftOptions = {
  reads: 'read-index',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  'max-drift': 0.2,
  'snapshot-every': 500,
  'snapshot-chunk': 256,
  'max-batch': 512,
  cluster: 'chaos',
  'max-sessions': 2000,
  bug: 'none',
};

export interface BenchOptions {
  nodes?: number;
  /** Nodes beside the first members. */
  spares?: number;
  seed?: number;
  latency?: number;
  sync?: number;
  /** False: the simulation may be fast rather than strict about messages. */
  freeze?: boolean;
  raft?: Partial<RaftOptions>;
}

export interface Bench {
  readonly cluster: Cluster;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly events: NodeEvent[];
  readonly laws: Laws;
  /** Messages between nodes, by type. */
  readonly traffic: Map<string, number>;
  server(id: string): Server;
  sleep(ms: number): Promise<void>;
  /** Sends as a fresh client (or as `client`) and waits; null: no answer. */
  ask(node: string, body: Body, options?: { client?: string; wait?: number }): Promise<Body | null>;
  /** Waits until exactly one running node leads and a majority follows it; returns it. */
  leader(except?: readonly string[]): Promise<string>;
  /** Cuts these nodes off from all others. */
  isolate(...ids: string[]): Promise<{ heal(): Promise<void> }>;
  /** Asks the leader for a change until it is confirmed. */
  change(join: readonly string[], leave: readonly string[]): Promise<void>;
}

class Watched implements Protocol {
  readonly #inner: Server;
  readonly #laws: Laws;
  readonly #traffic: Map<string, number>;

  constructor(inner: Server, laws: Laws, traffic: Map<string, number>) {
    this.#inner = inner;
    this.#laws = laws;
    this.#traffic = traffic;
  }

  start(): void {
    this.#inner.start();
    this.#laws.observe(this.#inner.raft);
  }

  receive(message: Message): void {
    const { type } = message.body;
    this.#traffic.set(type, (this.#traffic.get(type) ?? 0) + 1);
    this.#inner.receive(message);
    this.#laws.observe(this.#inner.raft);
  }

  timeout(timer: string): void {
    this.#inner.timeout(timer);
    this.#laws.observe(this.#inner.raft);
  }
}

export async function bench(options: BenchOptions, body: (bench: Bench) => Promise<void>): Promise<void> {
  const { clock, drive } = virtualWorld();
  const raft: RaftOptions = { ...DEFAULTS, ...options.raft };
  const seed = options.seed ?? 1;
  const servers = new Map<string, Server>();
  const { nodes: count = 5, spares = 0 } = options;
  const ids = Array.from({ length: count + spares }, (_, i) => `n${i + 1}`);
  const events: NodeEvent[] = [];
  const laws = new Laws();
  const traffic = new Map<string, number>();
  const system = defineSystem<RaftOptions>({
    name: 'raft',
    summary: '',
    workloads: [],
    nodes: (env, values) => {
      const server = new Server(env, values);
      servers.set(env.id, server);
      return new Watched(server, laws, traffic);
    },
    volatile: ({ bug }) => bug === 'no-sync',
  });
  await drive(async () => {
    const cluster = await sim.provision({
      options: {
        latency: options.latency ?? 1,
        distribution: 'exponential',
        jitter: 0,
        sync: options.sync ?? 0.2,
        freeze: options.freeze ?? true,
      },
      nodes: ids.slice(0, count),
      spares: ids.slice(count),
      system,
      source: { kind: 'builtin', name: 'raft' },
      systemOptions: { ...raft },
      clock,
      random: createRandom(seed, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => events.push(event),
      keep: false,
    });
    const server = (id: string) => servers.get(id)!;
    const sleep = (ms: number) => clock.sleep(ms);
    let clients = 0;
    const links = (ids: readonly string[]) => {
      const others = cluster.nodes.filter((id) => !ids.includes(id));
      return ids.flatMap((a) =>
        others.flatMap((b): [string, string][] => [
          [a, b],
          [b, a],
        ]),
      );
    };
    const ask: Bench['ask'] = (node, request, { client = `c${clients++}`, wait = 1000 } = {}) =>
      new Promise<Body | null>((resolve) => {
        const finish = (reply: Body | null) => {
          clock.settle();
          resolve(reply);
        };
        cluster.request(client, node, request, finish);
        clock.at(clock.now() + wait * 1e6, () => finish(null));
      });
    await cluster.start();
    await body({
      cluster,
      clock,
      random: createRandom(seed, 'test'),
      events,
      laws,
      traffic,
      server,
      sleep,
      ask,
      leader: async (except = []) => {
        for (let tries = 0; tries < 1000; tries++) {
          const up = cluster.nodes.filter((id) => !cluster.isDown(id) && !except.includes(id));
          const leaders = up.filter((id) => server(id).raft.leads);
          const [leader] = leaders;
          if (leader !== undefined && leaders.length === 1) {
            const followers = up.filter((id) => server(id).raft.leader === leader).length;
            const { raft } = server(leader);
            if (followers > raft.configuration.members.length / 2 && raft.commit >= raft.replication.floor)
              return leader;
          }
          await sleep(10);
        }
        throw new Error('no leader within ten seconds');
      },
      isolate: (...ids) => cluster.faults.cut(links(ids)),
      change: async (join, leave) => {
        for (let tries = 0; tries < 100; tries++) {
          const reply = await ask(cluster.leader() ?? 'n1', { type: 'change', join, leave });
          if (reply?.type === 'change_ok') return;
          await sleep(100);
        }
        throw new Error(`no change within a hundred requests: ${join.join(' ')} in, ${leave.join(' ')} out`);
      },
    });
    await cluster.stop();
  });
}
