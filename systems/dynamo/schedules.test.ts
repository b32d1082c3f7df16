import { describe, expect, it } from 'vitest';
import type { DynamoOptions } from './options.js';
import { goneElements, heal, lostElements, oldRead, type Played, play } from './testing/schedule.js';

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Everything that all replicas hold of their own keys. */
function contents({ bench }: Played): string[] {
  return bench.names.map((name) => JSON.stringify([...bench.node(name).core.replica.entries()].map((e) => e.versions)));
}

describe('strict quorums', () => {
  it.each([
    [3, { n: 3, r: 2, w: 2 }],
    [5, { n: 3, r: 2, w: 2 }],
    [5, { n: 3, r: 1, w: 3 }],
    [5, { n: 5, r: 3, w: 3, siblings: 'largest' }],
    [4, { n: 3, r: 3, w: 1, 'anti-entropy': 'off', 'read-repair': false }],
  ] as [number, Partial<DynamoOptions>][])('on %i nodes with %j show no read that is too old', (nodes, options) => {
    let reads = 0;
    for (const seed of seeds(6)) {
      const played = play({ seed, nodes, options, of: 'register', partitions: true });
      expect(oldRead(played), `seed ${seed}`).toBeNull();
      reads += played.reads.length;
    }
    expect(reads).toBeGreaterThan(15);
  });

  it('do, when R + W is not more than N', () => {
    const options = { n: 3, r: 1, w: 1 };
    const broken = seeds(6).filter((seed) => oldRead(play({ seed, nodes: 3, options, of: 'register' })) !== null);
    expect(broken).not.toEqual([]);
  });

  it('do, when the last writer wins and clocks differ', () => {
    const options: Partial<DynamoOptions> = { versions: 'last-writer' };
    const broken = seeds(6).filter((seed) => oldRead(play({ seed, nodes: 3, options, of: 'register' })) !== null);
    // All clocks show 0, so the name of the node decides.
    expect(broken).not.toEqual([]);
  });
});

describe('acknowledged adds', () => {
  const everywhere: Partial<DynamoOptions> = { n: 3, r: 1, w: 1 };

  it.each([
    ['strict', everywhere, 0],
    ['sloppy', { ...everywhere, quorum: 'sloppy' }, 0],
    ['sloppy, by hints alone', { n: 3, r: 1, w: 3, quorum: 'sloppy', 'anti-entropy': 'off', 'read-repair': false }, 0],
    ['changing members', everywhere, 2],
    ['changing members, sloppy', { ...everywhere, quorum: 'sloppy' }, 2],
  ] as [string, Partial<DynamoOptions>, number][])('are never lost: %s', (_name, options, spares) => {
    let acknowledged = 0;
    for (const seed of seeds(6)) {
      const played = play({ seed, nodes: 5, spares, options, of: 'set', partitions: true });
      heal(played);
      expect(lostElements(played), `seed ${seed}`).toEqual([]);
      acknowledged += played.writes.filter(({ end }) => end < Number.POSITIVE_INFINITY).length;
    }
    expect(acknowledged).toBeGreaterThan(15);
  });

  describe('without anti-entropy', () => {
    const off: Partial<DynamoOptions> = { ...everywhere, 'anti-entropy': 'off' };
    const cases: [string, Partial<DynamoOptions>, number][] = [
      ['strict', off, 0],
      ['changing members', off, 2],
    ];

    it.each(cases)('are in every copy, when no node crashes while it coordinates: %s', (_name, options, spares) => {
      for (const seed of seeds(50)) {
        const crashes = 'between-requests';
        const played = play({ seed, nodes: 5, spares, options, of: 'set', partitions: true, crashes });
        heal(played);
        expect(lostElements(played), `seed ${seed}`).toEqual([]);
      }
    });

    it.each(cases)('are never gone from all copies, whoever crashes: %s', (_name, options, spares) => {
      for (const seed of seeds(50)) {
        const played = play({ seed, nodes: 5, spares, options, of: 'set', partitions: true });
        heal(played);
        expect(goneElements(played), `seed ${seed}`).toEqual([]);
      }
    });
  });

  it.each([
    ['wrong-merge', { bug: 'wrong-merge' }],
    ['drop-hint', { bug: 'drop-hint', quorum: 'sloppy', 'anti-entropy': 'off', 'read-repair': false }],
  ] as [string, Partial<DynamoOptions>][])('are lost with the bug %s', (_name, options) => {
    const broken = seeds(6).filter((seed) => {
      const played = play({ seed, nodes: 5, options: { ...everywhere, ...options }, of: 'set', partitions: true });
      heal(played);
      return lostElements(played).length > 0;
    });
    expect(broken).not.toEqual([]);
  });
});

describe('replicas', () => {
  it.each(['pull', 'push', 'push-pull'] as const)('become the same by anti-entropy (%s) alone', (mode) => {
    for (const seed of seeds(6)) {
      const options = { n: 4, r: 1, w: 1, hints: false, 'read-repair': false, 'anti-entropy': mode };
      const played = play({ seed, nodes: 4, options, of: 'register', partitions: true });
      heal(played);
      expect(new Set(contents(played)).size, `seed ${seed}`).toBe(1);
    }
  });

  it('stay different without any repair', () => {
    const options = { n: 4, r: 1, w: 1, hints: false, 'read-repair': false, 'anti-entropy': 'off' } as const;
    const different = seeds(6).filter((seed) => {
      const played = play({ seed, nodes: 4, options, of: 'register', partitions: true });
      heal(played);
      return new Set(contents(played)).size > 1;
    });
    expect(different).not.toEqual([]);
  });

  it('all see the same members in the end', () => {
    for (const seed of seeds(6)) {
      const played = play({ seed, nodes: 4, spares: 3, of: 'set' });
      heal(played);
      const views = played.bench.all.map((name) => played.bench.node(name).core.placement.mark);
      expect(new Set(views).size, `seed ${seed}`).toBe(1);
    }
  });
});
