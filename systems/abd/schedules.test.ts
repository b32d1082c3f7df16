// Random schedules by the hundred: the register is linearizable in all of them, each planted bug shows in some.
import { describe, expect, it } from 'vitest';
import { violation } from './testing/register-law.js';
import { play } from './testing/schedule.js';
import { simulate } from './testing/simulation.js';

const op = (f: 'read' | 'write', value: unknown, begin: number, end = Number.POSITIVE_INFINITY) => ({
  f,
  value,
  begin,
  end,
});

describe('the law that histories are held against', () => {
  it.each([
    ['nothing', []],
    ['a read during a write', [op('write', 1, 0, 9), op('read', null, 1, 2), op('read', 1, 3, 4)]],
    ['a write that nobody knows of', [op('write', 1, 0), op('read', null, 5, 6), op('read', 1, 7, 8)]],
    ['concurrent writes in either order', [op('write', 1, 0, 9), op('write', 2, 0, 9), op('read', 2, 10, 11)]],
  ])('accepts %s', (_name, history) => expect(violation(history)).toBeNull());

  it.each([
    ['a value from nowhere', [op('read', 1, 0, 1)]],
    ['a read from the future', [op('read', 1, 0, 1), op('write', 1, 2, 3)]],
    ['a stale read', [op('write', 1, 0, 1), op('write', 2, 2, 3), op('read', 1, 4, 5)]],
    ['a lost write', [op('write', 1, 0, 1), op('read', null, 2, 3)]],
    ['a new-old inversion', [op('write', 1, 0), op('read', 1, 1, 2), op('read', null, 3, 4)]],
    [
      'two values in turns',
      [op('write', 1, 0, 9), op('write', 2, 0, 9), op('read', 1, 10, 11), op('read', 2, 12, 13), op('read', 1, 14, 15)],
    ],
  ])('refuses %s', (_name, history) => expect(violation(history)).not.toBeNull());
});

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
      expect(violation(played.history), `seed ${seed}`).toBeNull();
      const values = new Map<string, unknown>();
      for (const { body } of played.sent) {
        if (body.type !== 'store' && body.type !== 'query_ok') continue;
        const tag = `${body['n']} ${body['writer']}`;
        if (!values.has(tag)) values.set(tag, body['value']);
        expect(body['value'], `seed ${seed}, tag ${tag}`).toBe(values.get(tag));
      }
    }
    expect(answered).toBeGreaterThan(8000);
  });

  it.each(['no-write-back', 'minority-quorum'] as const)('with the bug %s are not', (bug) => {
    let caught = 0;
    for (let seed = 0; seed < 400; seed++) if (violation(play(seed, 5, { bug }).history) !== null) caught++;
    expect(caught).toBeGreaterThan(1);
  });
});

describe('simulated clusters under every fault', () => {
  it('stay linearizable, and answer everywhere once all is healed', async () => {
    let ok = 0;
    for (let seed = 0; seed < 100; seed++) {
      const outcome = await simulate({ seed, nodes: [3, 4, 5][seed % 3]! });
      for (const history of outcome.histories) expect(violation(history), `seed ${seed}`).toBeNull();
      expect(outcome, `seed ${seed}`).toMatchObject({ unanswered: 0, crashes: 0 });
      ok += outcome.ok;
    }
    expect(ok).toBeGreaterThan(10_000);
  });

  it('answer everything when nothing is broken', async () => {
    const outcome = await simulate({ seed: 1, faults: false });
    expect(outcome.ok).toBeGreaterThan(800);
    for (const history of outcome.histories) {
      expect(violation(history)).toBeNull();
      expect(history.every((operation) => operation.end < Number.POSITIVE_INFINITY)).toBe(true);
    }
  });

  it.each(['no-write-back', 'minority-quorum'] as const)('show the bug %s', async (bug) => {
    let caught = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { histories } = await simulate({ seed, options: { bug } });
      if (histories.some((history) => violation(history) !== null)) caught++;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
