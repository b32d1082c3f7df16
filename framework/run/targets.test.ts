import { describe, expect, it } from 'vitest';
import { TARGETS, type TargetName } from '../contracts/nemesis.js';
import { createRandom } from '../time/random.js';
import { resolveTargets } from './targets.js';

const nodes = (count: number) => Array.from({ length: count }, (_, index) => `n${index + 1}`);
const resolve = (target: TargetName | string[], count: number, leader: string | null = 'n1', seed = 1) =>
  resolveTargets(target, nodes(count), leader, createRandom(seed, 'targets'));
const size = (target: TargetName, count: number) => {
  const chosen = resolve(target, count);
  return Array.isArray(chosen) ? chosen.length : chosen.skip;
};

describe('resolveTargets', () => {
  it.each([
    ['one', [1, 1, 1, 1, 1, 1]],
    ['minority-third', [1, 1, 1, 1, 1, 2]],
    ['minority', ['no minority among 1 nodes', 'no minority among 2 nodes', 1, 1, 2, 4]],
    ['majority', [1, 2, 2, 3, 3, 5]],
    ['all', [1, 2, 3, 4, 5, 9]],
    ['leader', [1, 1, 1, 1, 1, 1]],
    ['followers', ['no followers', 1, 2, 3, 4, 8]],
  ] as const)('%s of 1, 2, 3, 4, 5 and 9 nodes', (target, sizes) => {
    expect([1, 2, 3, 4, 5, 9].map((count) => size(target, count))).toEqual(sizes);
  });

  it('gives known nodes, each once, in the order of the cluster', () => {
    for (const target of TARGETS) {
      for (let seed = 0; seed < 50; seed++) {
        const chosen = resolve(target, 5, 'n3', seed);
        expect(chosen).toEqual(nodes(5).filter((node) => (chosen as string[]).includes(node)));
        expect(chosen).not.toEqual([]);
        expect(resolve(target, 5, 'n3', seed)).toEqual(chosen);
      }
    }
  });

  it('draws every member and every size', () => {
    for (const target of ['one', 'minority-third', 'minority', 'majority', 'some'] as const) {
      const members = new Set<string>();
      const sizes = new Set<number>();
      for (let seed = 0; seed < 100; seed++) {
        const chosen = resolve(target, 5, null, seed) as string[];
        sizes.add(chosen.length);
        for (const node of chosen) members.add(node);
      }
      expect([...members].sort(), target).toEqual(nodes(5));
      expect(sizes.size, target).toBe(target === 'some' ? 5 : 1);
    }
  });

  it('knows who leads and who follows, and skips when nobody does', () => {
    expect(resolve('leader', 3, 'n2')).toEqual(['n2']);
    // One that still leads though it has left.
    expect(resolve('leader', 3, 'n7')).toEqual(['n7']);
    expect(resolve('followers', 3, 'n2')).toEqual(['n1', 'n3']);
    expect(resolve('leader', 3, null)).toEqual({ skip: 'no leader' });
    expect(resolve('followers', 3, null)).toEqual({ skip: 'no leader' });
  });

  it('takes a list as it is, and draws nothing for it', () => {
    const random = createRandom(1, 'targets');
    expect(resolveTargets(['n3', 'n1'], nodes(3), null, random)).toEqual(['n3', 'n1']);
    expect(random.float()).toBe(createRandom(1, 'targets').float());
  });
});
