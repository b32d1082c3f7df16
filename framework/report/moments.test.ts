import { expect, it } from 'vitest';
import { momentsOf } from './moments.js';

it('takes instants of the run only, and no ordinary values of the same names', () => {
  expect(momentsOf({ time: 5_000_000, detail: 7_000_000 }, 1e9)).toEqual([5_000_000]);
  expect(momentsOf({ times: [9_000_000, 2_000_000, 'x', null] }, 1e9)).toEqual([2_000_000, 9_000_000]);
  expect(momentsOf({ from: 3, to: 5 }, 1e9)).toEqual([]);
  expect(momentsOf({ from: 2_000_000, to: 5e9 }, 1e9)).toEqual([2_000_000]);
  expect(momentsOf({ since: Number.NaN, time: 1.5e6 + 0.5 }, 1e9)).toEqual([]);
});
