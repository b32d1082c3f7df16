// Programs too, but no clocks.
import { defineDeployment } from '../../../../../../contracts/define.js';
import { option } from '../../../../../../contracts/options.js';

export default defineDeployment({
  name: 'local',
  summary: 'local processes',
  world: 'local',
  options: { grace: option.duration('Time to stop.', '2s') },
  capabilities: {
    protocol: ['kill', 'pause', 'partition', 'loss', 'packet', 'disk', 'membership', 'reports'],
    program: ['kill', 'pause', 'partition', 'loss', 'packet'],
  },
  createWorld: () => {
    throw new Error('not in tests');
  },
  provision: () => Promise.reject(new Error('not in tests')),
});
