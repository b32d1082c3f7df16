// A checker with an option.
import { defineChecker } from '../../../../contracts/define.js';
import { option } from '../../../../contracts/options.js';

export default defineChecker({
  name: 'availability',
  summary: 'how much succeeds',
  options: { 'at-least': option.percent('Share that must succeed.', '0%') },
  anomalies: ['unavailable'],
  check: () => ({ valid: true, anomalies: [] }),
});
