// A simulated Zab cluster for tests: its nodes can be looked into, and the laws of Zab are checked after every step.
import type { Cluster, NodeEvent } from '../../../framework/contracts/cluster.js';
import { defineSystem } from '../../../framework/contracts/define.js';
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Protocol } from '../../../framework/contracts/protocol.js';
import sim from '../../../framework/deploy/sim/index.js';
import { createRandom } from '../../../framework/time/random.js';
import { type VirtualClock, virtualWorld } from '../../../framework/time/virtual.js';
import type { ZabOptions } from '../options.js';
import { Server } from '../server.js';
import type { Zab } from '../zab.js';
import { Laws } from './laws.js';

export const DEFAULTS: ZabOptions = {
  reads: 'sync',
  heartbeat: 50,
  'sync-limit': 300,
  'init-limit': 800,
  'finalize-wait': 30,
  'snapshot-every': 500,
  chunk: 256,
  'max-sessions': 2000,
  bug: 'none',
};

export interface BenchOptions {
  nodes?: number;
  seed?: number;
  latency?: number;
  sync?: number;
  zab?: Partial<ZabOptions>;
}

export interface Bench {
  readonly cluster: Cluster;
  readonly clock: VirtualClock;
  readonly events: NodeEvent[];
  readonly laws: Laws;
  /** Messages between nodes by type, and their frames by kind. */
  readonly traffic: Map<string, number>;
  zab(id: string): Zab;
  /** The state of a node's machine, as text. */
  state(id: string): string;
  receive(message: Message): void;
  sleep(ms: number): Promise<void>;
  /** Sends as a fresh client (or as `client`) and waits; null: no answer. */
  ask(node: string, body: Body, options?: { client?: string; wait?: number }): Promise<Body | null>;
  /** Waits until one of the running nodes leads and all others that are running and not in `except` follow it. */
  leader(except?: readonly string[]): Promise<string>;
  others(...not: readonly string[]): string[];
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
    this.#laws.observe(this.#inner.zab);
  }

  receive(message: Message): void {
    const { type, frames } = message.body;
    this.#count(type);
    if (Array.isArray(frames)) for (const frame of frames) this.#count((frame as { kind?: string } | null)?.kind ?? '');
    this.#laws.hears(message);
    this.#inner.receive(message);
    this.#laws.observe(this.#inner.zab);
  }

  timeout(timer: string): void {
    this.#inner.timeout(timer);
    this.#laws.observe(this.#inner.zab);
  }

  #count(what: string): void {
    this.#traffic.set(what, (this.#traffic.get(what) ?? 0) + 1);
  }
}

export async function bench(options: BenchOptions, body: (bench: Bench) => Promise<void>): Promise<void> {
  const { clock, drive } = virtualWorld();
  const zab: ZabOptions = { ...DEFAULTS, ...options.zab };
  const servers = new Map<string, Server>();
  const events: NodeEvent[] = [];
  const laws = new Laws();
  const traffic = new Map<string, number>();
  const system = defineSystem<ZabOptions>({
    name: 'zab',
    summary: '',
    workloads: [],
    nodes: (env, values) => {
      const server = new Server(env, values);
      servers.set(env.id, server);
      return new Watched(server, laws, traffic);
    },
  });
  await drive(async () => {
    const { latency = 1, sync = 0.2, seed = 1, nodes = 5 } = options;
    const cluster = await sim.provision({
      options: { latency, distribution: 'exponential', jitter: 0, sync, freeze: true },
      nodes: Array.from({ length: nodes }, (_, i) => `n${i + 1}`),
      system,
      source: { kind: 'builtin', name: 'zab' },
      systemOptions: { ...zab },
      clock,
      random: createRandom(seed, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => events.push(event),
      keep: false,
    });
    const at = (id: string) => servers.get(id)!.zab;
    const sleep = (ms: number) => clock.sleep(ms);
    const others = (...not: readonly string[]) => cluster.nodes.filter((id) => !not.includes(id));
    let clients = 0;
    await cluster.start();
    await body({
      cluster,
      clock,
      events,
      laws,
      traffic,
      zab: at,
      state: (id) => JSON.stringify(servers.get(id)!.snapshot()),
      receive: (message) => servers.get(message.dest)!.receive(message),
      sleep,
      others,
      ask: (node, request, { client = `c${clients++}`, wait = 1000 } = {}) =>
        new Promise<Body | null>((resolve) => {
          const finish = (reply: Body | null) => {
            clock.settle();
            resolve(reply);
          };
          cluster.request(client, node, request, finish);
          clock.at(clock.now() + wait * 1e6, () => finish(null));
        }),
      leader: async (except = []) => {
        for (let tries = 0; tries < 1000; tries++) {
          const up = others(...except).filter((id) => !cluster.isDown(id));
          const leader = up.find((id) => at(id).established);
          if (leader !== undefined && up.every((id) => at(id).leader === leader)) return leader;
          await sleep(10);
        }
        throw new Error('no leader within ten seconds');
      },
      isolate: (...ids) =>
        cluster.faults.cut(
          ids.flatMap((a) =>
            others(...ids).flatMap((b): [string, string][] => [
              [a, b],
              [b, a],
            ]),
          ),
        ),
    });
    await cluster.stop();
  });
}
