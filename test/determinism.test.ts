// One seed, one history: byte for byte, whatever the machine's time zone, language, folder, hash seed and heap.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { chaos, type StartOptions, Workspace } from './support/chaos.js';

const spaces: Workspace[] = [];
afterEach(() => {
  for (const space of spaces.splice(0)) space.remove();
});

const SYSTEMS: Record<string, string> = {
  raft: '{ use: raft, nodes: 5, with: { snapshot-every: 100 } }',
  abd: '{ use: abd, nodes: 5 }',
};

const planFor = (system: string) => `
name: determinism
system: ${SYSTEMS[system]}
deploy: sim
workload: { use: register, clients: 8, rate: 100/s, with: { mix: { read: 5, write: 5, cas: 0 } } }
nemeses:
  - { use: partition, every: 5s, for: 2s }
  - { use: kill, targets: minority, every: 7s, for: 2s }
  - { use: pause, every: 6s, for: 1s }
  - { use: clock, every: 8s, for: 3s }
  - { use: disk, every: 9s, for: 2s }
  - { use: network, every: 5s, for: 3s, with: { loss: 10%, duplicate: 10%, reorder: 10% } }
timing: { load: 30s, recover: 5s }
`;

async function history(
  system: string,
  seed: number,
  options: Partial<StartOptions>,
  ...more: string[]
): Promise<string> {
  const space = new Workspace();
  spaces.push(space);
  space.file('plan.yaml', planFor(system));
  const { out, err } = await chaos(['run', 'plan.yaml', '--seed', String(seed), '--json', ...more], {
    cwd: space.path,
    ...options,
  });
  const { folder, coverage } = JSON.parse(out || `{"error":${JSON.stringify(err)}}`);
  // A run in which nothing happened would be the same every time, too.
  for (const fault of coverage.faults) expect(fault.injected, fault.nemesis).toBeGreaterThan(0);
  expect(coverage.operations.read.ok).toBeGreaterThan(500);
  return readFileSync(join(folder, 'history.jsonl'), 'utf8');
}

it.each(Object.keys(SYSTEMS))('%s: the same seed gives the same bytes', async (system) => {
  const plain = await history(system, 7, {});
  const elsewhere = await history(system, 7, {
    env: { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    node: ['--hash-seed=12345', '--max-old-space-size=300', '--max-semi-space-size=1'],
  });
  expect(elsewhere === plain).toBe(true);
  // Frozen messages make a node that changes one after sending throw; a node that does not cannot tell.
  const frozen = await history(system, 7, {}, '--set', 'deploy={use: sim, freeze: true}');
  expect(frozen === plain).toBe(true);
  const other = await history(system, 8, {});
  expect(other === plain).toBe(false);
});
