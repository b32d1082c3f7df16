import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeClock } from './node-clock.js';

describe('NodeClock', () => {
  it('has reached a local instant at the true instant that it names, and not before', () => {
    const rate = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(rate, fc.nat(1e9), fc.integer({ min: 1, max: 10_000_000_000 }), (speed, start, span) => {
        let now = start;
        const clock = new NodeClock(() => now, 0);
        clock.set([{ rate: speed }]);
        const due = clock.elapsed() + span;
        now = clock.trueInstant(due);
        expect(clock.elapsed()).toBeGreaterThanOrEqual(due);
        now--;
        expect(clock.elapsed()).toBeLessThan(due);
      }),
      { numRuns: 20_000, seed: 1, examples: [[1.037, 0, 3111]] },
    );
  });

  it('never runs backwards when rates change, while the wall clock jumps by its offsets', () => {
    let now = 0;
    const clock = new NodeClock(() => now, 1e15);
    let last = 0;
    for (const faults of [[{ rate: 3 }], [{ rate: 0.2, offset: -5000 }], [{ offset: 1000 }, { offset: 500 }], []]) {
      now += 12_345_678;
      clock.set(faults);
      expect(clock.elapsed()).toBeGreaterThanOrEqual(last);
      last = clock.elapsed();
      const offset = faults.reduce((sum, fault) => sum + ('offset' in fault ? fault.offset : 0), 0);
      expect(clock.wall() - 1e15 - clock.elapsed()).toBe(offset * 1e6);
    }
  });
});
