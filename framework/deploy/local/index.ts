// The local deployment: real processes on this machine, without any set-up.
import { type Capability, IN_PROCESS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import { option } from '../../contracts/options.js';
import { realWorld } from '../../time/real.js';
import { LocalCluster, type LocalOptions } from './cluster.js';
import { onThisMachine } from './this-machine.js';

interface Options extends LocalOptions {
  transport: 'router' | 'tcp';
}

/** What can be done to processes whose messages we do not carry. */
const OF_PROCESSES: readonly Capability[] = ['kill', 'pause'];
const OF_MESSAGES: readonly Capability[] = ['partition', 'loss', 'packet'];
const OVER_SOCKETS = IN_PROCESS.filter((name) => !OF_MESSAGES.includes(name));

export default defineDeployment<Options>({
  name: 'local',
  summary:
    'one operating-system process per node on this machine; messages go through the parent, so faults need no privilege',
  options: {
    latency: option.duration('mean delay of every message; 0ms: as fast as the machine', '0ms'),
    distribution: option.choice('of that delay', ['constant', 'uniform', 'exponential', 'normal'], 'exponential'),
    jitter: option.duration('half width (uniform) or deviation (normal) of that delay', '0ms'),
    transport: option.choice(
      'how messages of reference nodes travel. router: through the parent, which can break every link; tcp: over sockets of their own, when throughput is measured',
      ['router', 'tcp'],
      'router',
    ),
  },
  world: 'local',
  capabilities: ({ transport }) =>
    transport === 'tcp'
      ? { protocol: OVER_SOCKETS, lifecycle: OF_PROCESSES }
      : {
          protocol: IN_PROCESS,
          program: [...OF_PROCESSES, ...OF_MESSAGES],
          lifecycle: OF_PROCESSES,
        },
  createWorld: realWorld,
  provision: async (context) =>
    context.options.transport === 'tcp' || isForeign(context) ? onThisMachine(context) : new LocalCluster(context),
});

function isForeign({ system }: ProvisionContext<Options>): boolean {
  return system.nodes === undefined && system.program === undefined;
}
