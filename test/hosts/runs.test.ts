// Whole runs as a user makes them: in each world of hosts the quickstart comes out valid.
import { expect, it } from 'vitest';
import { run } from './support/run.js';

it.each(['lab', 'container'])('of the quickstart for a %s is valid', async (world) => {
  const { code, said, result } = await run(`plans/quickstart-${world}.yaml`, []);
  expect(code, said).toBe(0);
  expect(result.valid).toBe(true);
  // What was found of the hosts is shown.
  expect(said).toMatch(/^host +address/m);
  expect(result.coverage.faults.every(({ injected }) => injected > 0)).toBe(true);
});
