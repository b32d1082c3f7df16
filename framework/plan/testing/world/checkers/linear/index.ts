// A checker in a folder, with a budget.
import { defineChecker } from '../../../../../contracts/define.js';
import { option } from '../../../../../contracts/options.js';

export default defineChecker({
  name: 'linear',
  summary: 'linearizability',
  options: { budget: option.duration('Time for the search.', '5s') },
  anomalies: ['stale-read', 'lost-write'],
  check: () => ({ valid: true, anomalies: [] }),
});
