// Part of every run.
import { defineChecker } from '../../../../contracts/define.js';

export default defineChecker({
  name: 'health',
  summary: 'nodes stay up',
  anomalies: ['node-crash'],
  always: true,
  check: () => ({ valid: true, anomalies: [] }),
});
