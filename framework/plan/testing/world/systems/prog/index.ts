// A program that does not report.
import { defineSystem } from '../../../../../contracts/define.js';

export default defineSystem({
  name: 'prog',
  summary: 'a program',
  workloads: ['register', 'echo'],
  program: () => ({ command: 'true', args: [] }),
});
