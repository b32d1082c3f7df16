// For tests: a whole cluster under faults in the simulation, and what its clients saw.
import type { Body } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { NS_PER_MS } from '../../../framework/contracts/time.js';
import type { LooseOperation } from '../../../framework/history/from-operations.js';
import { createRandom } from '../../../framework/time/random.js';
import clock from '../../../nemeses/clock.js';
import disk from '../../../nemeses/disk.js';
import kill from '../../../nemeses/kill.js';
import network from '../../../nemeses/network.js';
import partition from '../../../nemeses/partition.js';
import pause from '../../../nemeses/pause.js';
import { type Fault, rage } from '../../shared/testing/random-faults.js';
import { read, write } from '../../shared/testing/register-table.js';
import { simulate } from '../../shared/testing/simulated-cluster.js';
import abd from '../index.js';
import type { AbdOptions } from '../node.js';
import { DEFAULTS } from './options.js';

/** Every fault with its default targets, and kills of everybody. */
const FAULTS: readonly Fault[] = [
  [partition, {}, 'all'],
  [kill, {}, 'some'],
  [pause, {}, 'minority'],
  [network, {}, 'all'],
  [clock, { bump: 5000 }, 'some'],
  [disk, { kinds: ['lose-unsynced', 'torn-tail', 'bit-flip', 'slow', 'full'], delay: 200 }, 'minority'],
  [kill, {}, 'all'],
];
const CLIENTS = 6;
/** Milliseconds. */
const LOAD = 10_000;
const KEYS = [0, 1];

export interface Scenario {
  seed: number;
  nodes?: number;
  faults?: boolean;
  options?: Partial<AbdOptions>;
}

export interface Outcome {
  operations: LooseOperation[];
  ok: number;
  /** A read through each node after all faults were healed that got no answer. */
  unanswered: number;
  crashes: number;
}

export async function play({ seed, nodes = 5, faults = true, options }: Scenario): Promise<Outcome> {
  const random = createRandom(seed, 'scenario');
  const outcome: Outcome = { operations: [], ok: 0, unanswered: 0, crashes: 0 };
  let processes = 0;
  let written = 0;
  await simulate(
    abd,
    { ...DEFAULTS, 'compact-after': 20, ...options },
    { seed, nodes, latency: 2 },
    async (simulated) => {
      const { cluster, clock: time, request, sleep, events } = simulated;

      const operate = (
        process: number,
        node: string,
        key: number,
        f: 'read' | 'write',
        done: (ok: boolean) => void,
      ) => {
        const asked = f === 'write' ? ++written : null;
        const operation = { process, f, key, asked, value: asked as unknown, invoked: time.now() };
        const answered = (reply: Body | null) => {
          const missing = reply?.type === 'error' && reply['code'] === 20;
          const ok = reply !== null && (reply.type !== 'error' || missing);
          if (ok && f === 'read') operation.value = missing ? null : reply['value'];
          outcome.operations.push(ok ? { ...operation, completed: time.now() } : operation);
          if (ok) outcome.ok++;
          done(ok);
        };
        request(`c${process}`, node, f === 'write' ? write(asked, key) : read(key), 500, answered);
      };

      const client = (thread: number, process: number, draws: Random): void => {
        if (time.now() >= LOAD * NS_PER_MS) return;
        operate(process, cluster.nodes[thread % nodes]!, draws.pick(KEYS), draws.pick(['read', 'write']), (ok) => {
          const next = () => client(thread, ok ? process : processes++, draws);
          time.schedule(time.now() + Math.round(draws.exponential(30) * NS_PER_MS), next);
        });
      };

      for (let thread = 0; thread < CLIENTS; thread++) client(thread, processes++, random.derive('client', thread));
      const draws = random.derive('faults');
      if (faults) await rage(simulated, FAULTS, draws, { every: 325, end: LOAD * NS_PER_MS });
      else await sleep(LOAD);
      await sleep(3000);
      // One after the other, so that each must see what the one before it saw.
      for (const key of KEYS) {
        for (const node of cluster.nodes) {
          const ok = await new Promise<boolean>((resolve) => {
            operate(processes++, node, key, 'read', (answered) => {
              time.settle();
              resolve(answered);
            });
          });
          if (!ok) outcome.unanswered++;
        }
      }
      outcome.crashes = events.filter((event) => event.kind === 'exit' && !event.fault).length;
    },
  );
  return outcome;
}
