import { describe, expect, it } from 'vitest';
import type { Bug } from './options.js';
import { type StormOptions, storm } from './testing/storm.js';

const SMALL = { 'snapshot-every': 20, chunk: 3 };

describe('under random schedules of faults, the laws of Zab hold, reads are right and the cluster recovers', () => {
  const shapes: [string, Partial<StormOptions>][] = [
    ['five nodes', {}],
    ['three nodes', { nodes: 3 }],
    ['four nodes', { nodes: 4 }],
    ['small snapshots and parts', { zab: SMALL }],
    ['local reads: every session in order', { zab: { ...SMALL, reads: 'local' } }],
    ['a slow network and slow disks', { latency: 20, sync: 15 }],
    ['faults all the time', { every: 200, lasts: 300 }],
    ['hasty elections', { zab: { ...SMALL, 'finalize-wait': 0, 'sync-limit': 100, 'init-limit': 150 } }],
  ];
  it.each(shapes)('%s', async (_, options) => {
    for (let seed = 1; seed <= 2; seed++) {
      const outcome = await storm({ duration: 6000, seed, ...options });
      expect({ seed, broken: outcome.broken, wrong: outcome.wrong }).toEqual({ seed, broken: [], wrong: [] });
      expect(outcome.ok).toBeGreaterThan(50);
      expect(outcome.epochs).toBeGreaterThan(1);
    }
  });

  it.each<Bug>(['skip-sync-phase', 'reuse-epoch'])('but not with the bug %s', async (bug) => {
    const outcome = await storm({ duration: 6000, zab: { bug } });
    expect(outcome.broken).not.toEqual([]);
  });
});
