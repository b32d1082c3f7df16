// The simulation: virtual time, one process, deterministic; hundreds of times faster than real time.
import { IN_PROCESS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import { ChaosError } from '../../contracts/error.js';
import { option } from '../../contracts/options.js';
import { VirtualClock, virtualWorld } from '../../time/virtual.js';
import { type SimOptions, SimulatedCluster } from './cluster.js';

export default defineDeployment<SimOptions>({
  name: 'sim',
  summary: 'a deterministic simulation in virtual time: the same seed gives the same history, byte for byte',
  options: {
    latency: option.duration('mean delay of every message', '1ms'),
    distribution: option.choice('of that delay', ['constant', 'uniform', 'exponential', 'normal'], 'exponential'),
    jitter: option.duration('half width (uniform) or deviation (normal) of that delay', '0ms'),
    sync: option.duration("mean time that a sync of a node's log takes", '200us'),
    freeze: option.flag('freeze every message, so that a protocol that changes one after sending fails', false),
  },
  world: 'simulation',
  capabilities: { protocol: IN_PROCESS },
  createWorld: virtualWorld,
  provision: async (context) => {
    if (!(context.clock instanceof VirtualClock)) {
      throw new ChaosError('not-virtual', 'a simulation needs its own virtual world', { kind: 'internal' });
    }
    return new SimulatedCluster(context, context.clock);
  },
});
