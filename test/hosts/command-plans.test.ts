// The plans of a program in Python keep what they say, on this machine and on the hosts of a lab.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../framework/index.js';

const shipped = (name: string) => join(import.meta.dirname, '../../plans/command', name);

it.each([
  ['register.yaml', 'local', /^Valid/],
  ['lost-writes.yaml', 'local', /^Invalid/],
  ['lost-writes.yaml', 'lab', /^Invalid/],
])('%s on %s', async (name, deploy, verdict) => {
  const [outcome] = await run(shipped(name), {
    results: null,
    set: [`deploy=${deploy}`, 'timing.load=10s', 'timing.recover=3s'],
  });
  expect(outcome!.result.verdict).toMatch(verdict);
  expect(outcome!.result.exitCode).toBe(0);
});
