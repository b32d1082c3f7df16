import { describe, expect, it } from 'vitest';
import type { Bug, PaxosOptions } from './options.js';
import { type Played, play } from './testing/schedule.js';

describe('random schedules of messages, losses, restarts, cuts and clocks', () => {
  const shapes: [string, number, Partial<PaxosOptions>][] = [
    ['five nodes', 5, {}],
    ['three nodes', 3, {}],
    ['four nodes', 4, {}],
    ['reads through the log', 3, { reads: 'log' }],
    ['no forwarding', 5, { forward: false }],
    ['one slot at a time', 3, { window: 1, 'max-batch': 1 }],
    ['a checkpoint for every slot', 3, { 'checkpoint-every': 1, 'checkpoint-chunk': 1 }],
    ['no checkpoints', 5, { 'checkpoint-every': 500 }],
  ];
  it.each(shapes)('%s: the laws hold, every read is right, and in peace every node serves', (_, nodes, options) => {
    let reigns = 0;
    let answered = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const played = play(seed, nodes, options);
      expect({ seed, broken: played.broken, dead: played.dead }).toEqual({ seed, broken: [], dead: [] });
      reigns += played.reigns;
      answered += played.answered;
    }
    expect(reigns).toBeGreaterThan(6);
    expect(answered).toBeGreaterThan(40);
  });

  /** The first schedule in which something is wrong; null when there is none. */
  function first(bug: Bug, law: string): Played | null {
    for (let seed = 1; seed <= 300; seed++) {
      const played = play(seed, 3, { window: 1, 'max-batch': 1, bug });
      if (played.broken.some((text) => text.includes(law))) return played;
    }
    return null;
  }

  it.each([
    ['forget-promise', 'went back on its promise'],
    ['accept-lower-ballot', 'was applied'],
    ['choose-own-value', 'was applied'],
  ] as const)('%s breaks a law', (bug, law) => {
    expect(first(bug, law)).not.toBeNull();
  });
});
