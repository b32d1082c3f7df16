// Changes who belongs to the cluster.
import { defineNemesis } from '../../../../contracts/define.js';

export default defineNemesis({
  name: 'membership',
  summary: 'a fault called membership',
  needs: ['membership'],
  targets: null,
  choose: ({ nodes }) => ({ targets: nodes }),
  inject: ({ targets }, faults) => faults.change({ join: targets, leave: [] }),
});
