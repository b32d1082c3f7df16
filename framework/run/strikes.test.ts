import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../time/random.js';
import { strikes } from './strikes.js';

const random = () => createRandom(1, 'strikes');

describe('strikes', () => {
  it('are calm first, faulty at the end of each period', () => {
    const schedule = { kind: 'every', every: 10_000, for: 5000, jitter: 0 } as const;
    expect(strikes(schedule, 30_000, random())).toEqual([
      { at: 5000, for: 5000 },
      { at: 15_000, for: 5000 },
      { at: 25_000, for: 5000 },
    ]);
  });

  it('are cut short by the end of the load, or left out when less than half would remain', () => {
    const at = { kind: 'at', at: [1000, 8000, 9500], for: 3000 } as const;
    expect(strikes(at, 10_000, random())).toEqual([
      { at: 1000, for: 3000 },
      { at: 8000, for: 2000 },
    ]);
  });

  it('never overlap one another, whatever the jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 20_000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (every, share, jitter, seed) => {
          const schedule = { kind: 'every', every, for: every * share, jitter } as const;
          const list = strikes(schedule, 60_000, createRandom(seed, 'x'));
          list.forEach((strike, i) => {
            expect(strike.at).toBeGreaterThanOrEqual(0);
            expect(strike.at + strike.for).toBeLessThanOrEqual(60_000 + 1e-6);
            const next = list[i + 1];
            if (next !== undefined) expect(strike.at + strike.for).toBeLessThanOrEqual(next.at + 1e-6);
          });
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});
