// The local deployment: real processes on this machine, without any set-up.
import { IN_PROCESS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import { option } from '../../contracts/options.js';
import { realWorld } from '../../time/real.js';
import { LocalCluster, type LocalOptions } from './cluster.js';

export default defineDeployment<LocalOptions>({
  name: 'local',
  summary:
    'one operating-system process per node on this machine; messages go through the parent, so faults need no privilege',
  options: {
    latency: option.duration('mean delay of every message; 0ms: as fast as the machine', '0ms'),
    distribution: option.choice('of that delay', ['constant', 'uniform', 'exponential', 'normal'], 'exponential'),
    jitter: option.duration('half width (uniform) or deviation (normal) of that delay', '0ms'),
  },
  world: 'local',
  capabilities: {
    protocol: IN_PROCESS,
    program: ['kill', 'pause', 'partition', 'loss', 'packet'],
  },
  createWorld: realWorld,
  provision: async (context) => new LocalCluster(context),
});
