import { expect, it } from 'vitest';
import { hasSeen, isVectorClock, joinClocks, sizeOfPast } from './vector-clock.js';

it('joins pasts and knows what is in them', () => {
  const joined = joinClocks([{ a: 1, b: 5 }, { a: 3 }, { c: 2 }]);
  expect(joined).toEqual({ a: 3, b: 5, c: 2 });
  expect([hasSeen(joined, 'a', 3), hasSeen(joined, 'a', 4), hasSeen(joined, 'd', 1)]).toEqual([true, false, false]);
  expect(sizeOfPast(joined)).toBe(10);
  expect(joinClocks([])).toEqual({});
});

it.each([[null], [[1]], ['x'], [{ a: 'x' }], [{ a: 1.5 }]])('is not %j', (value) => {
  expect(isVectorClock(value)).toBe(false);
});
