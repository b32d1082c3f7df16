import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_VOTERS, majorityOf, Quorum, reachedBy } from './quorum.js';

describe('a quorum', () => {
  it('of a majority has a node in common with every other', () => {
    for (let nodes = 1; nodes <= MOST_VOTERS; nodes++) {
      expect(2 * majorityOf(nodes)).toBeGreaterThan(nodes);
      expect(2 * (majorityOf(nodes) - 1)).toBeLessThanOrEqual(nodes);
    }
  });

  it('counts every node once', () => {
    const quorum = new Quorum(3);
    expect([quorum.add(0), quorum.add(0), quorum.add(MOST_VOTERS - 1)]).toEqual([true, false, true]);
    expect(quorum.count).toBe(2);
    expect(quorum.reached).toBe(false);
    expect(quorum.has(MOST_VOTERS - 1)).toBe(true);
    expect(quorum.has(1)).toBe(false);
    expect(quorum.add(1)).toBe(true);
    expect(quorum.reached).toBe(true);
  });

  it('forgets all when the question is a new one', () => {
    const quorum = new Quorum(1);
    quorum.add(4);
    quorum.clear();
    expect([quorum.count, quorum.reached, quorum.has(4)]).toEqual([0, false, false]);
  });
});

it('what so many have reached is the highest such value, whoever else there is', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: MOST_VOTERS + 9 });
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(), (all, one, other) => {
      const places = all.map((_, place) => place).slice(other % all.length);
      const count = 1 + (one % places.length);
      const descending = places.map((place) => all[place]!).sort((a, b) => b - a);
      expect(reachedBy(count, places, Float64Array.from(all))).toBe(descending[count - 1]);
    }),
    { seed: 1 },
  );
});
