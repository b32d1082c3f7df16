// A simulated cluster for tests: its nodes can be looked into, and the laws of the protocol are checked after every step.
import type { Cluster, NodeEvent } from '../../../framework/contracts/cluster.js';
import { defineSystem } from '../../../framework/contracts/define.js';
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Protocol } from '../../../framework/contracts/protocol.js';
import sim from '../../../framework/deploy/sim/index.js';
import { createRandom } from '../../../framework/time/random.js';
import { type VirtualClock, virtualWorld } from '../../../framework/time/virtual.js';
import type { PrimaryBackup } from '../node.js';
import type { PrimaryBackupOptions } from '../options.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: PrimaryBackupOptions = {
  mode: 'semi-sync',
  acks: 0,
  election: 'majority',
  fencing: true,
  reads: 'primary',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  'drop-after': 300,
  'snapshot-every': 500,
  'snapshot-chunk': 256,
  'max-batch': 512,
  'max-sessions': 2000,
  bug: 'none',
};

export interface BenchOptions {
  nodes?: number;
  seed?: number;
  latency?: number;
  sync?: number;
  /** False: the simulation may be fast rather than strict about messages. */
  freeze?: boolean;
  with?: Partial<PrimaryBackupOptions>;
}

export interface Bench {
  readonly cluster: Cluster;
  readonly clock: VirtualClock;
  readonly events: NodeEvent[];
  readonly laws: Laws;
  /** Messages that nodes have received, by type. */
  readonly traffic: Map<string, number>;
  server(id: string): Server;
  node(id: string): PrimaryBackup;
  sleep(ms: number): Promise<void>;
  /** Sends as a fresh client (or as `client`) and waits; null: no answer. */
  ask(node: string, body: Body, options?: { client?: string; wait?: number }): Promise<Body | null>;
  /** Waits until exactly one running node leads, a majority follows it and it serves; returns it. */
  primary(except?: readonly string[]): Promise<string>;
  others(...not: string[]): string[];
  /** Cuts these nodes off from all others. */
  isolate(...ids: string[]): Promise<{ heal(): Promise<void> }>;
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
    this.#laws.observe(this.#inner.log);
  }

  receive(message: Message): void {
    const { type } = message.body;
    this.#traffic.set(type, (this.#traffic.get(type) ?? 0) + 1);
    this.#inner.receive(message);
    this.#laws.observe(this.#inner.log);
  }

  timeout(timer: string): void {
    this.#inner.timeout(timer);
    this.#laws.observe(this.#inner.log);
  }
}

export async function bench(options: BenchOptions, body: (bench: Bench) => Promise<void>): Promise<void> {
  const { clock, drive } = virtualWorld();
  const servers = new Map<string, Server>();
  const events: NodeEvent[] = [];
  const laws = new Laws();
  const traffic = new Map<string, number>();
  const system = defineSystem<PrimaryBackupOptions>({
    name: 'primary-backup',
    summary: '',
    workloads: [],
    nodes: (env, values) => {
      const server = new Server(env, values);
      servers.set(env.id, server);
      return new Watched(server, laws, traffic);
    },
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
      nodes: Array.from({ length: options.nodes ?? 5 }, (_, i) => `n${i + 1}`),
      spares: [],
      system,
      source: { kind: 'builtin', name: 'primary-backup' },
      systemOptions: { ...DEFAULTS, ...options.with },
      clock,
      random: createRandom(options.seed ?? 1, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => events.push(event),
      keep: false,
    });
    const node = (id: string) => servers.get(id)!.log;
    const sleep = (ms: number) => clock.sleep(ms);
    const others = (...not: string[]) => cluster.nodes.filter((id) => !not.includes(id));
    let clients = 0;
    await cluster.start();
    await body({
      cluster,
      clock,
      events,
      laws,
      traffic,
      server: (id) => servers.get(id)!,
      node,
      sleep,
      others,
      ask: (to, request, { client = `c${clients++}`, wait = 1000 } = {}) =>
        new Promise<Body | null>((resolve) => {
          const finish = (reply: Body | null) => {
            clock.settle();
            resolve(reply);
          };
          cluster.request(client, to, request, finish);
          clock.at(clock.now() + wait * 1e6, () => finish(null));
        }),
      primary: async (except = []) => {
        for (let tries = 0; tries < 1000; tries++) {
          const up = others(...except).filter((id) => !cluster.isDown(id));
          const [primary, rival] = up.filter((id) => node(id).leads);
          if (primary !== undefined && rival === undefined) {
            const followers = up.filter((id) => node(id).leader === primary).length;
            const { commit, primary: side } = node(primary);
            if (followers > cluster.nodes.length / 2 && commit >= side.floor) return primary;
          }
          await sleep(10);
        }
        throw new Error('no primary within ten seconds');
      },
      isolate: (...ids) => {
        const links = ids.flatMap((a) =>
          others(...ids).flatMap((b): [string, string][] => [
            [a, b],
            [b, a],
          ]),
        );
        return cluster.faults.cut(links);
      },
    });
    await cluster.stop();
  });
}
