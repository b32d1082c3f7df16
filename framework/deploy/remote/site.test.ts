// What was done to hosts, for the person who waits.
import { expect, it } from 'vitest';
import { provisioned } from './site.js';

it.each([
  [[412_345, 412_345, 412_345], 'hosts: 3 are ready, 413 kB of programs sent to each'],
  [[0, 0, 0], 'hosts: 3 are ready, all programs were there'],
  [[0, 95_400_000, 0], 'hosts: 3 are ready, 95.4 MB of programs sent to 1 of them, there already on 2'],
  [[900], 'hosts: 1 is ready, 1 kB of programs sent'],
])('%j', (sent, line) => {
  expect(provisioned(sent)).toBe(line);
});
