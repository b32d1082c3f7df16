// For tests: a simulated cluster of a system, and what a test does with it.
import type { Cluster, Effect, Link, NodeEvent } from '../../../framework/contracts/cluster.js';
import type { Body } from '../../../framework/contracts/message.js';
import type { AnySystem } from '../../../framework/contracts/system.js';
import { NS_PER_MS } from '../../../framework/contracts/time.js';
import sim from '../../../framework/deploy/sim/index.js';
import { createRandom } from '../../../framework/time/random.js';
import { type VirtualClock, virtualWorld } from '../../../framework/time/virtual.js';

export interface ClusterOptions {
  nodes?: number;
  /** Nodes beside the first members. */
  spares?: number;
  seed?: number;
  /** Mean milliseconds of a message and of a sync. */
  latency?: number;
  sync?: number;
  /** False: the simulation may be fast rather than strict about messages. */
  freeze?: boolean;
}

export interface Simulated {
  readonly cluster: Cluster;
  readonly clock: VirtualClock;
  readonly events: readonly NodeEvent[];
  sleep(ms: number): Promise<void>;
  /** Sends as this client and waits so many milliseconds for the answer; null: there was none. */
  request(client: string, node: string, body: Body, wait: number, done: (reply: Body | null) => void): void;
  /** Sends as a fresh client (or as `client`) and waits; null: no answer. */
  ask(node: string, body: Body, options?: { client?: string; wait?: number }): Promise<Body | null>;
  others(...not: readonly string[]): string[];
  /** Cuts these nodes off from all others. */
  isolate(...ids: string[]): Promise<Effect>;
  /** Cuts a node off from all but these. */
  leaveOnly(id: string, ...friends: string[]): Promise<Effect>;
}

/** All links between one of these and one of those, in both directions. */
const linksBetween = (these: readonly string[], those: readonly string[]): Link[] =>
  these.flatMap((a) =>
    those.flatMap((b): Link[] => [
      [a, b],
      [b, a],
    ]),
  );

/** Runs `body` on a cluster that has started, and stops it. */
export async function simulate(
  system: AnySystem,
  systemOptions: object,
  { nodes = 5, spares = 0, seed = 1, latency = 1, sync = 0.2, freeze = true }: ClusterOptions,
  body: (simulated: Simulated) => Promise<void>,
): Promise<void> {
  const { clock, drive } = virtualWorld();
  const ids = Array.from({ length: nodes + spares }, (_, i) => `n${i + 1}`);
  const events: NodeEvent[] = [];
  await drive(async () => {
    const cluster = await sim.provision({
      options: { latency, distribution: 'exponential', jitter: 0, sync, freeze },
      nodes: ids.slice(0, nodes),
      spares: ids.slice(nodes),
      system,
      source: { kind: 'builtin', name: system.name },
      systemOptions: { ...systemOptions },
      clock,
      random: createRandom(seed, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => events.push(event),
      keep: false,
    });
    const others = (...not: readonly string[]) => cluster.nodes.filter((id) => !not.includes(id));
    const request: Simulated['request'] = (client, node, body, wait, done) => {
      const patience = clock.at(clock.now() + wait * NS_PER_MS, () => {
        cluster.abandon(client);
        done(null);
      });
      cluster.request(client, node, body, (reply) => {
        patience.cancel();
        done(reply);
      });
    };
    let clients = 0;
    await cluster.start();
    await body({
      cluster,
      clock,
      events,
      others,
      sleep: (ms) => clock.sleep(ms),
      request,
      ask: (node, body, { client = `c${clients++}`, wait = 1000 } = {}) =>
        new Promise((resolve) => {
          request(client, node, body, wait, (reply) => {
            clock.settle();
            resolve(reply);
          });
        }),
      isolate: (...these) => cluster.faults.cut(linksBetween(these, others(...these))),
      leaveOnly: (id, ...friends) => cluster.faults.cut(linksBetween([id], others(id, ...friends))),
    });
    await cluster.stop();
  });
}
