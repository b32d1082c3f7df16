// Random schedules by the hundred: the register is linearizable in all of them, each planted bug shows in some.
import { describe, expect, it } from 'vitest';
import { isLinearizable } from '../shared/testing/register-clients.js';
import { type Played, playRegister } from '../shared/testing/register-schedule.js';
import type { AbdOptions } from './node.js';
import { make } from './testing/options.js';
import { play as simulate } from './testing/simulation.js';

const play = (seed: number, nodes: number, options: Partial<AbdOptions>) =>
  playRegister(seed, nodes, make({ 'compact-after': 3, ...options }), {
    steps: 1000,
    timers: ['resend'],
    functions: ['read', 'write'],
    partitions: false,
  });

/** Tags that were sent with two values. */
function ambiguous({ table }: Played): string[] {
  const values = new Map<string, unknown>();
  const found: string[] = [];
  for (const { body } of table.sent) {
    if (body.type !== 'store' && body.type !== 'query_ok') continue;
    const tag = `${body['n']} ${body['writer']}`;
    if (!values.has(tag)) values.set(tag, body['value']);
    if (body['value'] !== values.get(tag)) found.push(tag);
  }
  return found;
}

describe('random schedules', () => {
  const cases = [
    { nodes: 3, fast: true },
    { nodes: 3, fast: false },
    { nodes: 4, fast: true },
    { nodes: 5, fast: true },
  ];

  it.each(cases)('with $nodes nodes, fast-reads $fast, are linearizable and use no tag for two values', (setup) => {
    let answered = 0;
    for (let seed = 0; seed < 400; seed++) {
      const played = play(seed, setup.nodes, { 'fast-reads': setup.fast });
      answered += played.answered;
      expect(isLinearizable(played.operations), `seed ${seed}`).toBe(true);
      expect(ambiguous(played), `seed ${seed}`).toEqual([]);
    }
    expect(answered).toBeGreaterThan(8000);
  });

  it.each(['no-write-back', 'minority-quorum'] as const)('with the bug %s are not', (bug) => {
    let caught = 0;
    for (let seed = 0; seed < 400 && caught < 2; seed++) {
      if (!isLinearizable(play(seed, 5, { bug }).operations)) caught++;
    }
    expect(caught).toBe(2);
  });
});

describe('simulated clusters under every fault', () => {
  it('stay linearizable, and answer everywhere once all is healed', async () => {
    let ok = 0;
    for (let seed = 0; seed < 100; seed++) {
      const outcome = await simulate({ seed, nodes: [3, 4, 5][seed % 3]! });
      expect(isLinearizable(outcome.operations), `seed ${seed}`).toBe(true);
      expect(outcome, `seed ${seed}`).toMatchObject({ unanswered: 0, crashes: 0 });
      ok += outcome.ok;
    }
    expect(ok).toBeGreaterThan(10_000);
  });

  it('answer everything when nothing is broken', async () => {
    const { ok, operations } = await simulate({ seed: 1, faults: false });
    expect(ok).toBeGreaterThan(800);
    expect(isLinearizable(operations)).toBe(true);
    expect(operations).toHaveLength(ok);
  });

  it.each(['no-write-back', 'minority-quorum'] as const)('show the bug %s', async (bug) => {
    let caught = 0;
    for (let seed = 0; seed < 60 && caught === 0; seed++) {
      const { operations } = await simulate({ seed, options: { bug } });
      if (!isLinearizable(operations)) caught++;
    }
    expect(caught).toBe(1);
  });
});
