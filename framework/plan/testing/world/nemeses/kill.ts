// Hits what the plan names.
import { defineNemesis } from '../../../../contracts/define.js';

export default defineNemesis({
  name: 'kill',
  summary: 'a fault called kill',
  needs: ['kill'],
  targets: 'one',
  choose: ({ targets }) => ({ targets }),
  inject: ({ targets }, faults) => faults.kill(targets),
});
