// Everything, but no programs.
import { defineDeployment } from '../../../../../../contracts/define.js';

export default defineDeployment({
  name: 'sim',
  summary: 'simulation',
  world: 'simulation',
  capabilities: { protocol: ['kill', 'pause', 'partition', 'loss', 'packet', 'clock', 'disk', 'reports'] },
  createWorld: () => {
    throw new Error('not in tests');
  },
  provision: () => Promise.reject(new Error('not in tests')),
});
