// Random schedules by the hundred: decisions never differ, and reads by quorum are linearizable.
import { describe, expect, it } from 'vitest';
import { isLinearizable } from '../shared/testing/register-clients.js';
import { type Played, playRegister } from '../shared/testing/register-schedule.js';
import type { News } from './gossip.js';
import type { PaxosGossipOptions } from './node.js';
import { make } from './testing/options.js';

const play = (seed: number, nodes: number, options: Partial<PaxosGossipOptions> = {}) =>
  playRegister(seed, nodes, make({ 'compact-after': 3, ...options }), { timers: ['resend', 'backoff', 'gossip'] });

/** Versions that two nodes take for decided, with different states. */
function disagreements({ table }: Played): string[] {
  const decided = new Map<string, string>();
  const found: string[] = [];
  const note = (news: News) => {
    const [key, version, state] = news;
    const place = `${key} ${version}`;
    const text = JSON.stringify(state);
    if (version > 0 && (decided.get(place) ?? text) !== text) found.push(place);
    decided.set(place, text);
  };
  for (const { body } of table.sent) {
    if (body.type === 'decided') note([body['key'], body['version'], body['state']] as unknown as News);
    const { news, mine } = body as { news?: News[]; mine?: { news: News[] } | null };
    for (const one of [...(news ?? []), ...(mine?.news ?? [])]) note(one);
  }
  return found;
}

describe('random schedules', () => {
  it.each([
    [3, {}],
    [4, { gossip: 'push' }],
    [5, { gossip: 'pull', fanout: 2, 'fast-reads': false }],
  ] as const)('with %i nodes and %j are linearizable, and each version is decided once', (nodes, options) => {
    let answered = 0;
    for (let seed = 0; seed < 50; seed++) {
      const played = play(seed, nodes, options);
      expect(disagreements(played), `seed ${seed}`).toEqual([]);
      expect(isLinearizable(played.operations), `seed ${seed}`).toBe(true);
      answered += played.answered;
    }
    expect(answered).toBeGreaterThan(300);
  });
});
