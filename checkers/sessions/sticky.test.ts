// Sessions of a leaderless store in which each process stays on one node, as clients of a run do.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../framework/time/random.js';
import { type Defect, registerHistory } from '../durability/testing/store.js';
import { checkSessions, type SessionsResult } from './check.js';
import { GUARANTEES } from './guarantees.js';

const SHAPE = { nodes: 3, processes: 6, operations: 60, keys: 2, doubtful: 0.1, gossip: 0.2 };

const history = (seed: number, defect: Defect) => registerHistory(createRandom(seed, 'sticky'), { ...SHAPE, defect });

function broken(results: readonly SessionsResult[]): Record<string, number> {
  const count = (name: (typeof GUARANTEES)[number]) =>
    results.filter(({ guarantees }) => guarantees[name].violations > 0).length;
  return Object.fromEntries(GUARANTEES.map((name) => [name, count(name)]));
}

const seeds = Array.from({ length: 150 }, (_, seed) => seed);

describe('sessions of a leaderless store', () => {
  it('keep all guarantees where each process stays on its node, stale as its reads may be', () => {
    const results = seeds.map((seed) => checkSessions(history(seed, 'none')));
    expect(results.every(({ impossible }) => impossible.violations === 0)).toBe(true);
    expect(broken(results)).toEqual(Object.fromEntries(GUARANTEES.map((name) => [name, 0])));
    expect(results.reduce((sum, { reads }) => sum + reads, 0)).toBeGreaterThan(2000);
  });

  it('break where a node forgets what it has acknowledged', () => {
    const counts = broken(seeds.map((seed) => checkSessions(history(seed, 'forget'))));
    expect(counts['read-your-writes']).toBeGreaterThan(20);
    expect(counts['monotonic-reads']).toBeGreaterThan(20);
  });
});
