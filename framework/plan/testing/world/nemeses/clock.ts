// Hits what the plan names.
import { defineNemesis } from '../../../../contracts/define.js';

export default defineNemesis({
  name: 'clock',
  summary: 'a fault called clock',
  needs: ['clock'],
  targets: 'one',
  choose: ({ targets }) => ({ targets }),
  inject: ({ targets }, faults) => faults.clock(targets, { offset: 1 }),
});
