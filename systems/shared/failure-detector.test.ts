import { describe, expect, it } from 'vitest';
import type { Environment } from '../../framework/contracts/protocol.js';
import { FailureDetector } from './failure-detector.js';

/** A clock that the test moves, and what the one timer is set to. */
function bench(...waits: number[]) {
  const world = { now: 0, due: null as number | null };
  const env = {
    elapsed: () => world.now,
    setTimer: (_: string, delay: number) => {
      world.due = world.now + delay;
    },
    cancelTimer: () => {
      world.due = null;
    },
  } as unknown as Environment;
  const detector = new FailureDetector(env, 'election', () => waits.shift()!);
  return { world, detector };
}

describe('the failure detector', () => {
  it('suspects a peer that never spoke once its patience is over', () => {
    const { world, detector } = bench(300);
    detector.arm();
    expect([world.due, detector.silence]).toEqual([300, Number.POSITIVE_INFINITY]);
    world.now = 300;
    expect(detector.expired()).toBe(true);
  });

  it('leaves the timer alone at a sign of life, and waits for the rest when it fires', () => {
    const { world, detector } = bench(300);
    detector.arm();
    world.now = 120;
    detector.heard();
    expect(world.due).toBe(300);
    world.now = 300;
    expect([detector.expired(), detector.silence, world.due]).toEqual([false, 180, 420]);
    world.now = 420;
    expect(detector.expired()).toBe(true);
  });

  it('draws its patience anew each time, and stops when it is told to', () => {
    const { world, detector } = bench(300, 500);
    detector.arm();
    world.now = 10;
    detector.arm();
    expect(world.due).toBe(510);
    detector.disarm();
    expect(world.due).toBeNull();
  });
});
