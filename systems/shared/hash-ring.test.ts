import { describe, expect, it } from 'vitest';
import { HashRing, hashText } from './hash-ring.js';

const MEMBERS = ['n1', 'n2', 'n3', 'n4', 'n5'];
const POSITIONS = Array.from({ length: 500 }, (_, i) => hashText(`key ${i}`));

describe('a hash ring', () => {
  it('meets every member once, whatever order they are given in', () => {
    const ring = new HashRing(MEMBERS, 16);
    const same = new HashRing([...MEMBERS].reverse(), 16);
    for (const position of POSITIONS) {
      expect([...ring.walk(position)].sort()).toEqual(MEMBERS);
      expect(same.walk(position)).toEqual(ring.walk(position));
    }
  });

  it('gives each member its share', () => {
    const ring = new HashRing(MEMBERS, 64);
    const counts = new Map<string, number>();
    for (const position of POSITIONS) {
      const owner = ring.walk(position)[0]!;
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const member of MEMBERS) expect(counts.get(member)).toBeGreaterThan(POSITIONS.length / 15);
  });

  it('moves only what a member that joins takes over', () => {
    const before = new HashRing(MEMBERS, 16);
    const after = new HashRing([...MEMBERS, 'n6'], 16);
    let moved = 0;
    for (const position of POSITIONS) {
      expect(after.walk(position).filter((member) => member !== 'n6')).toEqual(before.walk(position));
      if (after.walk(position)[0] === 'n6') moved++;
    }
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(POSITIONS.length / 2);
  });

  it('goes round from the last token to the first', () => {
    const ring = new HashRing(MEMBERS, 4);
    expect(ring.walk(2 ** 32 - 1)).toHaveLength(5);
    expect(new HashRing([], 4).walk(7)).toEqual([]);
  });
});
