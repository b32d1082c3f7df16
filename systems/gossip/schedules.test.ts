// Random schedules by the dozen: in the end all members agree and nothing acknowledged is lost; each planted bug shows in some.
import { describe, expect, it } from 'vitest';
import type { GossipOptions } from './options.js';
import { type Played, play } from './testing/schedule.js';

/** What is wrong in the end; null: nothing. */
function violation({ cluster, members, mustStay, mustGo, sum }: Played, state: string): string | null {
  if (members.length === 0) return 'nobody is left';
  for (const node of members) {
    const seen = JSON.stringify(cluster.members(node));
    if (seen !== JSON.stringify(members)) return `${node} believes that ${seen} are members, not ${members}`;
  }
  if (cluster.digests(members).size !== 1) return 'the members hold different states';
  if (state === 'lww-register') return null;
  for (const node of members) {
    const value = cluster.read(node);
    if (state === 'pn-counter') {
      if (value !== sum) return `${node} counts ${String(value)}, not ${sum}`;
      continue;
    }
    const held = new Set(value as number[]);
    for (const element of mustStay) if (!held.has(element)) return `${node} lost ${element}`;
    for (const element of mustGo) if (held.has(element)) return `${node} brought back ${element}`;
  }
  return null;
}

const MODES: readonly Partial<GossipOptions>[] = [
  { state: 'g-set', dissemination: 'push' },
  { state: 'g-set', dissemination: 'pull' },
  { state: 'or-set' },
  { state: 'or-set', history: 2, 'compact-after': 3 },
  { state: 'pn-counter' },
  { state: 'lww-register' },
];

describe('random schedules', () => {
  it.each(MODES)('of %j end in agreement, with everything that was acknowledged', (options) => {
    let updates = 0;
    for (let seed = 0; seed < 6; seed++) {
      const played = play(seed, options);
      expect(violation(played, options.state!), `seed ${seed}`).toBeNull();
      updates += played.mustStay.size + played.mustGo.size + Math.abs(played.sum);
    }
    if (options.state !== 'lww-register') expect(updates).toBeGreaterThan(50);
  });

  it.each([
    ['drop-tombstone', 'or-set'],
    ['ignore-incarnation', 'g-set'],
  ] as const)('with the bug %s do not', (bug, state) => {
    let caught = 0;
    for (let seed = 0; seed < 4; seed++) if (violation(play(seed, { bug, state }), state) !== null) caught++;
    expect(caught).toBeGreaterThan(0);
  });
});
