// The plainest workload.
import { defineWorkload } from '../../../../contracts/define.js';

export default defineWorkload({
  name: 'echo',
  summary: 'echoes',
  *operations() {},
  rpc: {},
  reads: [],
  checks: [{ use: 'linear' }],
});
