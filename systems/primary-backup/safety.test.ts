import { describe, expect, it } from 'vitest';
import { faultsOf, NO_FAULTS, type StormOptions, storm } from '../shared/testing/store-storm.js';
import type { Bug, PrimaryBackupOptions } from './options.js';
import { bench } from './testing/bench.js';

describe('under random schedules of faults nothing is lost, reads are right and the cluster recovers', () => {
  const shapes: [string, Partial<StormOptions<PrimaryBackupOptions>>][] = [
    ['default options', {}],
    ['three nodes', { nodes: 3 }],
    ['sync', { with: { mode: 'sync' } }],
    ['all backups must have it', { nodes: 3, with: { acks: 2 } }],
    ['priority', { with: { election: 'priority' } }],
    ['small snapshots in small parts', { with: { 'snapshot-every': 20, 'snapshot-chunk': 3 } }],
    ['no forwarding, small batches', { with: { forward: false, 'max-batch': 2 } }],
    ['a slow network and slow disks', { latency: 30, sync: 20, every: 1000, clients: 10 }],
    ['faults all the time', { every: 200, think: 50 }],
  ];
  it.each(shapes)('%s', async (_, options) => {
    for (let seed = 1; seed <= 2; seed++) {
      const outcome = await storm(bench, { duration: 15_000, seed, freeze: seed === 1, ...options });
      expect({ seed, ...faultsOf(outcome) }).toEqual({ seed, ...NO_FAULTS });
      expect(outcome.ok).toBeGreaterThan(100);
      expect(outcome.reigns).toBeGreaterThan(1);
    }
  });
});

describe('with weaker options writes may be lost, but no node fails, and in the end all serve and agree', () => {
  const weak: [string, Partial<PrimaryBackupOptions>][] = [
    ['async', { mode: 'async' }],
    ['too few acks', { acks: 1 }],
    ['highest id, sync', { election: 'highest-id', mode: 'sync' }],
    ['highest id, async', { election: 'highest-id', mode: 'async' }],
    ['highest id, semi-sync', { election: 'highest-id' }],
    ['no fence', { fencing: false }],
    ['no fence, async, highest id', { fencing: false, mode: 'async', election: 'highest-id' }],
  ];
  it.each(weak)('%s', async (_, options) => {
    for (let seed = 1; seed <= 2; seed++) {
      const outcome = await storm(bench, {
        duration: 15_000,
        seed,
        freeze: false,
        with: { ...options, 'snapshot-every': 30, 'snapshot-chunk': 7 },
      });
      expect({ seed, failed: outcome.failed }).toEqual({ seed, failed: [] });
      expect(outcome.ok).toBeGreaterThan(100);
    }
  });
});

describe('planted bugs show under faults, and nodes do not fail of them', () => {
  const bugs: [Bug, Partial<PrimaryBackupOptions>][] = [
    ['no-fencing', {}],
    ['stale-catch-up', { 'snapshot-every': 20 }],
    ['ack-before-ship', {}],
  ];
  it.each(bugs)('%s', async (bug, options) => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 20 && wrong.length === 0; seed++) {
      const outcome = await storm(bench, { duration: 20_000, seed, freeze: false, with: { ...options, bug } });
      wrong.push(...outcome.wrong);
      expect(outcome.failed.filter((what) => what.includes('threw'))).toEqual([]);
    }
    expect(wrong).not.toEqual([]);
  });
});
