// For tests: a whole cluster under faults in the simulation, and what its clients saw.
import type { Effect } from '../../../framework/contracts/cluster.js';
import type { Body } from '../../../framework/contracts/message.js';
import type { AnyNemesis } from '../../../framework/contracts/nemesis.js';
import { NS_PER_MS } from '../../../framework/contracts/time.js';
import type { SimulatedCluster } from '../../../framework/deploy/sim/cluster.js';
import sim from '../../../framework/deploy/sim/index.js';
import { resolveTargets } from '../../../framework/run/targets.js';
import { createRandom } from '../../../framework/time/random.js';
import { virtualWorld } from '../../../framework/time/virtual.js';
import clock from '../../../nemeses/clock.js';
import disk from '../../../nemeses/disk.js';
import kill from '../../../nemeses/kill.js';
import network from '../../../nemeses/network.js';
import partition from '../../../nemeses/partition.js';
import pause from '../../../nemeses/pause.js';
import abd from '../index.js';
import type { AbdOptions } from '../node.js';
import { DEFAULTS } from './bench.js';
import type { RegisterOperation } from './register-law.js';

/** Every fault with its default targets, and kills of everybody. */
const FAULTS: readonly [AnyNemesis, object, string][] = [
  [partition, {}, 'all'],
  [kill, {}, 'some'],
  [pause, {}, 'minority'],
  [network, {}, 'all'],
  [clock, { bump: 5000 }, 'some'],
  [disk, { kinds: ['lose-unsynced', 'torn-tail', 'bit-flip', 'slow', 'full'], delay: 200 }, 'minority'],
  [kill, {}, 'all'],
];

export interface Scenario {
  seed: number;
  nodes?: number;
  clients?: number;
  /** Milliseconds of load. */
  load?: number;
  keys?: number;
  faults?: boolean;
  options?: Partial<AbdOptions>;
}

export interface Outcome {
  /** By key. */
  histories: RegisterOperation[][];
  ok: number;
  /** A read through each node after all faults were healed that got no answer. */
  unanswered: number;
  crashes: number;
}

export async function simulate(scenario: Scenario): Promise<Outcome> {
  const { seed, nodes: size = 5, clients = 6, load = 10_000, keys = 2, faults = true } = scenario;
  const { clock: time, drive } = virtualWorld();
  const random = createRandom(seed, 'scenario');
  const nodes = Array.from({ length: size }, (_, index) => `n${index + 1}`);
  const outcome: Outcome = { histories: Array.from({ length: keys }, () => []), ok: 0, unanswered: 0, crashes: 0 };
  let processes = 0;
  let written = 0;

  await drive(async () => {
    const cluster = (await sim.provision({
      options: { latency: 2, distribution: 'exponential', jitter: 0, sync: 0.2, freeze: true },
      nodes,
      system: abd,
      source: { kind: 'builtin', name: 'abd' },
      systemOptions: { ...DEFAULTS, 'compact-after': 20, ...scenario.options },
      clock: time,
      random: createRandom(seed, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => {
        if (event.kind === 'exit' && !event.fault) outcome.crashes++;
      },
      keep: false,
    })) as SimulatedCluster;
    await cluster.start();

    const ask = (client: string, node: string, body: Body) =>
      new Promise<Body | null>((resolve) => {
        const finish = (reply: Body | null) => {
          alarm.cancel();
          time.settle();
          resolve(reply);
        };
        const alarm = time.at(time.now() + 500 * NS_PER_MS, () => {
          cluster.abandon(client);
          finish(null);
        });
        cluster.request(client, node, body, finish);
      });

    const operate = async (client: string, node: string, key: number, f: 'read' | 'write'): Promise<boolean> => {
      const value = f === 'write' ? ++written : null;
      const operation: RegisterOperation = { f, value, begin: time.now(), end: Number.POSITIVE_INFINITY };
      if (f === 'write') outcome.histories[key]!.push(operation);
      const reply = await ask(client, node, f === 'write' ? { type: f, key, value } : { type: f, key });
      const missing = reply?.type === 'error' && reply['code'] === 20;
      if (reply === null || (reply.type === 'error' && !missing)) return false;
      operation.end = time.now();
      if (f === 'read') outcome.histories[key]!.push({ ...operation, value: missing ? null : reply['value'] });
      outcome.ok++;
      return true;
    };

    const client = async (thread: number) => {
      const draws = random.derive('client', thread);
      let name = `c${processes++}`;
      while (time.now() < load * NS_PER_MS) {
        const f = draws.chance(0.5) ? 'read' : 'write';
        if (!(await operate(name, nodes[thread % size]!, draws.int(keys), f))) name = `c${processes++}`;
        await time.sleep(draws.exponential(30));
      }
    };

    const nemesis = async () => {
      const active: Effect[] = [];
      for (let ordinal = 0; time.now() < load * NS_PER_MS; ordinal++) {
        const draws = random.derive('nemesis', ordinal);
        const [definition, options, target] = draws.pick(FAULTS);
        const targets = resolveTargets(target as 'all', nodes, null, draws);
        const chosen = definition.choose({
          options,
          random: draws.derive('choose'),
          targets: Array.isArray(targets) ? targets : [],
          nodes,
          leader: null,
        });
        if (!('skip' in chosen)) active.push(await definition.inject(chosen, cluster.faults));
        await time.sleep(draws.between(50, 600));
        // Some faults overlap.
        if (active.length > 1 || draws.chance(0.6)) await active.shift()?.heal();
      }
      for (const effect of active) await effect.heal();
    };

    await Promise.all([
      ...Array.from({ length: clients }, (_, thread) => client(thread)),
      ...(faults ? [nemesis()] : []),
    ]);
    await time.sleep(3000);
    for (let key = 0; key < keys; key++) {
      for (const node of nodes) if (!(await operate(`c${processes++}`, node, key, 'read'))) outcome.unanswered++;
    }
    await cluster.stop();
  });
  return outcome;
}
