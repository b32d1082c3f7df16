import { describe, expect, it } from 'vitest';
import { faultsOf, NO_FAULTS, type StormOptions, storm } from '../shared/testing/store-storm.js';
import type { Bug, ZabOptions } from './options.js';
import { bench } from './testing/bench.js';

const SMALL = { 'snapshot-every': 20, chunk: 3 };

describe('under random schedules of faults, the laws of Zab hold, reads are right and the cluster recovers', () => {
  const shapes: [string, Partial<StormOptions<ZabOptions>>][] = [
    ['five nodes', {}],
    ['three nodes', { nodes: 3 }],
    ['four nodes', { nodes: 4 }],
    ['small snapshots and parts', { with: SMALL }],
    ['local reads: every session in order', { sessions: true, with: { ...SMALL, reads: 'local' } }],
    ['a slow network and slow disks', { latency: 20, sync: 15, every: 1000, clients: 10 }],
    ['faults all the time', { every: 200 }],
    ['hasty elections', { with: { ...SMALL, 'finalize-wait': 0, 'sync-limit': 100, 'init-limit': 150 } }],
  ];
  it.each(shapes)('%s', async (_, options) => {
    for (let seed = 1; seed <= 2; seed++) {
      const outcome = await storm(bench, { duration: 6000, every: 500, seed, freeze: seed === 1, ...options });
      expect({ seed, ...faultsOf(outcome) }).toEqual({ seed, ...NO_FAULTS });
      expect(outcome.ok).toBeGreaterThan(50);
      expect(outcome.reigns).toBeGreaterThan(1);
    }
  });

  it.each<Bug>(['skip-sync-phase', 'reuse-epoch'])('but not with the bug %s', async (bug) => {
    const broken: string[] = [];
    for (let seed = 1; seed <= 20 && broken.length === 0; seed++) {
      broken.push(...(await storm(bench, { duration: 6000, seed, with: { bug } })).broken);
    }
    expect(broken).not.toEqual([]);
  });
});
