import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.js';
import { virtualWorld } from './virtual.js';

describe('EventQueue', () => {
  it('pops by instant, then by order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(-1)), { maxLength: 3000 }), (steps) => {
        const queue = new EventQueue();
        const model: { instant: number; id: number }[] = [];
        let popped = -1;
        const popBoth = () => {
          model.sort((a, b) => a.instant - b.instant || a.id - b.id);
          const expected = model.shift()!;
          expect(queue.earliest).toBe(expected.instant);
          queue.pop()();
          expect(popped).toBe(expected.id);
        };
        steps.forEach((instant, id) => {
          if (instant < 0) {
            if (model.length > 0) popBoth();
            return;
          }
          model.push({ instant, id });
          queue.push(instant, () => {
            popped = id;
          });
        });
        while (model.length > 0) popBoth();
        expect(queue.size).toBe(0);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('virtualWorld', () => {
  it('jumps through sleeps in no real time and in order', async () => {
    const { clock, drive } = virtualWorld();
    const seen: string[] = [];
    await drive(async () => {
      clock.at(3e9, () => seen.push('three'));
      clock.at(1e9, () => seen.push('one')).cancel();
      await clock.sleep(2000);
      seen.push(`slept to ${clock.now()}`);
      await clock.sleep(3_600_000);
      seen.push(`slept to ${clock.now()}`);
    });
    expect(seen).toEqual(['slept to 2000000000', 'three', 'slept to 3602000000000']);
  });

  it('lets long promise chains finish before the next task', async () => {
    const { clock, drive } = virtualWorld();
    const seen: number[] = [];
    await drive(async () => {
      clock.at(10, () => {
        clock.settle();
        let chain = Promise.resolve();
        for (let i = 0; i < 50; i++) chain = chain.then(() => {});
        void chain.then(() => seen.push(clock.now()));
      });
      clock.at(20, () => seen.push(clock.now()));
      await clock.sleep(1);
    });
    expect(seen).toEqual([10, 20]);
  });

  it('names a body that waits for something outside the simulation', async () => {
    const { clock, drive } = virtualWorld();
    await expect(
      drive(async () => {
        await clock.sleep(5);
        await new Promise(() => {});
      }),
    ).rejects.toMatchObject({ code: 'simulation-stuck' });
  });

  it('names tasks that keep time from moving', async () => {
    const { clock, drive } = virtualWorld();
    const again = () => clock.schedule(clock.now(), again);
    await expect(
      drive(async () => {
        again();
        await clock.sleep(5);
      }),
    ).rejects.toMatchObject({ code: 'simulation-livelock' });
  });

  it('passes on what the body throws', async () => {
    const { clock, drive } = virtualWorld();
    await expect(
      drive(async () => {
        await clock.sleep(5);
        throw new Error('boom');
      }),
    ).rejects.toThrow('boom');
  });
});
