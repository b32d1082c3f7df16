// Starts a cluster on this machine for a test, asks its nodes, and stops it whatever happens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Capability } from '../../../contracts/capability.js';
import type { NodeEvent } from '../../../contracts/cluster.js';
import type { ProvisionContext } from '../../../contracts/deployment.js';
import type { Body } from '../../../contracts/message.js';
import type { OptionValues } from '../../../contracts/options.js';
import type { AnySystem } from '../../../contracts/system.js';
import type { Clock } from '../../../contracts/time.js';
import { createRandom } from '../../../time/random.js';
import { realWorld } from '../../../time/real.js';
import type { RemoteCluster } from '../../remote/cluster.js';
import { LocalCluster, type LocalOptions } from '../cluster.js';
import { onThisMachine } from '../this-machine.js';
import journal from './journal.js';

export interface Bench {
  cluster: LocalCluster | RemoteCluster;
  events: NodeEvent[];
  /** What would have ended a run. */
  failures: unknown[];
  folder: string;
  sleep(ms: number): Promise<void>;
  /** Sends and waits at most `timeout` milliseconds (10,000: only a defect takes so long); null: no answer. */
  ask(node: string, body: Body, timeout?: number): Promise<Body | null>;
  /** What the node holds; null: it does not answer. */
  items(node: string): Promise<unknown>;
  /** Resolves when `condition` holds; throws after ten seconds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

export interface BenchOptions {
  system?: AnySystem;
  systemOptions?: OptionValues;
  nodes?: readonly string[];
  services?: readonly string[];
  logMessages?: boolean;
  latency?: number;
  /** Keep nothing on disk. */
  noFolder?: boolean;
  /** Alarms come so many times sooner. */
  haste?: number;
  /** Nodes speak TCP to each other. */
  tcp?: boolean;
  /** What its faults will need. */
  needs?: readonly Capability[];
  /** Hosts of another kind. */
  make?: (context: ProvisionContext<unknown>) => LocalCluster | RemoteCluster;
  /** Do not start the nodes. */
  idle?: boolean;
}

function hasty(clock: Clock, haste: number): Clock {
  return {
    now: () => clock.now(),
    at: (instant, task) => clock.at(clock.now() + (instant - clock.now()) / haste, task),
    sleep: (duration) => clock.sleep(duration),
    settle: () => clock.settle(),
  };
}

export const JOURNAL = fileURLToPath(new URL('./journal.ts', import.meta.url));

export async function bench(options: BenchOptions, body: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = hasty(realWorld().clock, options.haste ?? 1);
  const events: NodeEvent[] = [];
  const failures: unknown[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'chaos-local-'));
  let clients = 0;
  const context: ProvisionContext<LocalOptions> = {
    options: { latency: options.latency ?? 0, distribution: 'constant', jitter: 0 },
    nodes: options.nodes ?? ['n1', 'n2', 'n3'],
    system: options.system ?? journal,
    source: { kind: 'path', path: JOURNAL },
    systemOptions: options.systemOptions ?? {},
    clock,
    random: createRandom(1, 'deploy'),
    folder: options.noFolder === true ? null : folder,
    services: options.services ?? [],
    logMessages: options.logMessages ?? false,
    event: (event) => events.push(event),
    keep: false,
    needs: options.needs ?? [],
    fail: (error) => failures.push(error),
  };
  const make = options.make ?? (options.tcp === true ? onThisMachine : null);
  const cluster = make === null ? new LocalCluster(context) : make(context);
  const ask = (node: string, request: Body, timeout = 10_000) =>
    new Promise<Body | null>((resolve) => {
      const client = `c${clients++}`;
      const alarm = clock.at(clock.now() + timeout * 1e6, () => {
        cluster.abandon(client);
        resolve(null);
      });
      cluster.request(client, node, request, (reply) => {
        alarm.cancel();
        resolve(reply);
      });
    });
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (let turn = 0; turn < 1000; turn++) {
      if (await condition()) return;
      await clock.sleep(10);
    }
    throw new Error('it never happened');
  };
  const items = async (node: string) => (await ask(node, { type: 'read' }))?.['items'] ?? null;
  try {
    if (options.idle !== true) await cluster.start();
    await body({ cluster, events, failures, folder, sleep: (ms) => clock.sleep(ms), ask, items, until });
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
