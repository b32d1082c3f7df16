import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalLog } from './logarithm.js';
import { createRandom } from './random.js';

const take = (random: ReturnType<typeof createRandom>, n: number) => Array.from({ length: n }, () => random.int(1000));

describe('random streams', () => {
  it('repeat for the same seed, purpose and ordinal', () => {
    expect(take(createRandom(42, 'network', 1), 5)).toEqual(take(createRandom(42, 'network', 1), 5));
  });

  it('are pinned: replays of old seeds must not change', () => {
    expect(take(createRandom(42, 'network'), 6)).toMatchInlineSnapshot(`
      [
        847,
        854,
        932,
        298,
        188,
        668,
      ]
    `);
  });

  it('differ by seed (high bits too), purpose and ordinal', () => {
    const streams = [
      createRandom(1, 'a'),
      createRandom(2, 'a'),
      createRandom(1 + 2 ** 40, 'a'),
      createRandom(1, 'b'),
      createRandom(1, 'a', 1),
      createRandom(1, 'a').derive('a'),
      createRandom(1, 'ab'),
      createRandom(1, 'a').derive('b'),
    ].map((random) => take(random, 8).join());
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('deriving draws nothing from the parent', () => {
    const plain = createRandom(7, 'x');
    const parent = createRandom(7, 'x');
    parent.derive('child').float();
    expect(take(parent, 4)).toEqual(take(plain, 4));
  });

  it('is uniform enough: chi-square over 64 buckets stays below the 99.9 % point', () => {
    for (const purpose of ['a', 'b', 'c']) {
      const random = createRandom(3, purpose);
      const counts = new Array<number>(64).fill(0);
      const draws = 64_000;
      for (let i = 0; i < draws; i++) counts[random.int(64)]!++;
      const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      expect(chi).toBeLessThan(103.4);
    }
  });

  it('has the moments it promises', () => {
    const random = createRandom(5, 'moments');
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    let exponential = 0;
    for (let i = 0; i < n; i++) {
      const x = random.normal(10, 3);
      sum += x;
      squares += (x - 10) ** 2;
      exponential += random.exponential(4);
    }
    expect(sum / n).toBeCloseTo(10, 1);
    expect(Math.sqrt(squares / n)).toBeCloseTo(3, 1);
    expect(exponential / n).toBeCloseTo(4, 1);
  });

  it('shuffles to a permutation and picks members', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer(), (items, seed) => {
        const random = createRandom(seed, 'shuffle');
        const sort = (list: number[]) => [...list].sort((a, b) => a - b);
        expect(sort(random.shuffle(items))).toEqual(sort(items));
        expect(items).toContain(random.pick(items));
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(() => createRandom(1, 'x').pick([])).toThrow('empty');
  });
});

describe('naturalLog', () => {
  it('agrees with Math.log', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (x) => {
        expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, Math.abs(Math.log(x))));
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(naturalLog(0)).toBe(-Infinity);
    expect(naturalLog(-1)).toBeNaN();
  });
});
