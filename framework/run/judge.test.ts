import { describe, expect, it } from 'vitest';
import type { CheckContext, Valid, Verdict } from '../contracts/checker.js';
import { ChaosError } from '../contracts/error.js';
import type { Coverage, Expectation } from '../contracts/result.js';
import { ColumnarHistory } from '../history/history.js';
import { createRandom } from '../time/random.js';
import { mergeExitCodes } from './exit-codes.js';
import { judge, runChecks } from './judge.js';

const enough: Coverage = { operations: {}, faults: [], readsAfterHeal: 1, missing: [] };
const little: Coverage = { ...enough, missing: ['only 3 read succeeded'] };
const verdict = (valid: Valid, ...names: string[]): Verdict => ({
  valid,
  anomalies: names.map((name) => ({ name, message: name })),
  ...(valid === 'unknown' ? { reason: 'budget' } : {}),
});
const verdicts = (entries: Record<string, Verdict>) => new Map(Object.entries(entries));
const expecting = (...anomalies: string[]): Expectation => ({ anomalies, others: 'forbid' });

describe('judge', () => {
  it('invalid over unknown over valid', () => {
    const of = (...list: Valid[]) =>
      judge(verdicts(Object.fromEntries(list.map((valid, i) => [`c${i}`, verdict(valid)]))), enough, 'valid').valid;
    expect(of(true, true)).toBe(true);
    expect(of(true, 'unknown')).toBe('unknown');
    expect(of('unknown', false, true)).toBe(false);
  });

  it('a valid verdict without evidence is unknown and says why; an invalid one stands', () => {
    const doubtful = judge(verdicts({ a: verdict(true) }), little, 'valid');
    expect(doubtful).toMatchObject({ valid: 'unknown', exitCode: 2, expectationMet: false });
    expect(doubtful.verdict).toContain('only 3 read succeeded');
    expect(judge(verdicts({ a: verdict(false, 'stale-read') }), little, 'valid')).toMatchObject({
      valid: false,
      exitCode: 1,
    });
  });

  it.each<[string, Expectation, Record<string, Verdict>, Coverage, number]>([
    ['valid as expected', 'valid', { a: verdict(true) }, enough, 0],
    ['an anomaly', 'valid', { a: verdict(false, 'stale-read') }, enough, 1],
    ['unknown', 'valid', { a: verdict('unknown') }, enough, 2],
    ['the expected anomaly', expecting('stale-read'), { a: verdict(false, 'stale-read') }, enough, 0],
    ['the expected checker', expecting('a'), { a: verdict(false, 'stale-read', 'lost-write') }, enough, 0],
    [
      'the expected anomaly, with little evidence',
      expecting('stale-read'),
      { a: verdict(false, 'stale-read') },
      little,
      0,
    ],
    ['not found', expecting('stale-read'), { a: verdict(true) }, enough, 1],
    ['not found, with little evidence', expecting('stale-read'), { a: verdict(true) }, little, 1],
    ['not found, but a checker is in doubt', expecting('stale-read'), { a: verdict('unknown') }, enough, 2],
    ['another one beside it', expecting('stale-read'), { a: verdict(false, 'stale-read', 'lost-write') }, enough, 1],
    ['another one instead of it', expecting('stale-read'), { a: verdict(false, 'lost-write') }, enough, 1],
    [
      'another one beside it, allowed',
      { anomalies: ['stale-read'], others: 'allow' },
      { a: verdict(false, 'stale-read', 'lost-write') },
      enough,
      0,
    ],
    ['one of two', expecting('stale-read', 'lost-write'), { a: verdict(false, 'stale-read') }, enough, 1],
  ])('%s', (_title, expect_, found, coverage, exitCode) => {
    const judgement = judge(verdicts(found), coverage, expect_);
    expect(judgement.exitCode).toBe(exitCode);
    expect(judgement.expectationMet).toBe(exitCode === 0);
  });

  it('a checker that throws is unknown with the reason, and the others still judge', async () => {
    const check = (name: string, run: () => Verdict) => ({
      name,
      definition: { name, summary: '', anomalies: [], check: run },
      options: {},
      modules: new Map<string, unknown>(),
    });
    const context = { nodes: [], reads: [], events: [], log: () => [], cancelled: () => false, elapsed: () => 0 };
    const broken = check('broken', () => {
      throw new Error('kaput');
    });
    const found = await runChecks(
      new ColumnarHistory(),
      [broken, check('fine', () => verdict(true))],
      context,
      createRandom(1, 'c'),
    );
    expect(found.get('broken')).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('kaput') });
    expect(found.get('fine')).toMatchObject({ valid: true });
  });
});

describe('what a check shows', () => {
  it('is kept as far as it can be shown, and judges nothing', async () => {
    const exhibits = [{ kind: 'table', title: 't', columns: [{ title: 'x' }], rows: [] }, { kind: 'pie' }] as never;
    const check = () => ({ valid: true as const, anomalies: [], details: { reads: 1 }, exhibits });
    const definition = { name: 'c', summary: '', anomalies: [], check };
    const checks = [{ name: 'c', definition, options: {}, modules: new Map() }];
    const context = {} as Omit<CheckContext, 'options' | 'random'>;
    const found = await runChecks(new ColumnarHistory(), checks, context, createRandom(1, 'c'));
    const complaint = "Exhibit 2 was left out: its kind is neither 'chart' nor 'table'.";
    expect(found.get('c')).toEqual({
      valid: true,
      anomalies: [],
      details: { reads: 1, exhibitsLeftOut: [complaint] },
      exhibits: [{ kind: 'table', title: 't', columns: [{ title: 'x' }], rows: [] }],
    });
    expect(judge(found, enough, 'valid').checks['c']).toHaveProperty('exhibits.0.title', 't');
  });
});

describe('a check that is broken off', () => {
  it('says what it knew by then', async () => {
    const told: Verdict = { valid: 'unknown', anomalies: [], reason: 'half of it was judged' };
    const definition = {
      name: 'slow',
      summary: '',
      anomalies: [],
      check: (_: unknown, { soFar }: CheckContext): Verdict => {
        soFar?.(() => told);
        throw new ChaosError('interrupted', 'Ctrl-C');
      },
    };
    const mute = {
      ...definition,
      name: 'mute',
      check: (): Verdict => {
        throw new ChaosError('interrupted', 'Ctrl-C');
      },
    };
    const checks = [definition, mute].map((each) => ({
      name: each.name,
      definition: each,
      options: {},
      modules: new Map(),
    }));
    const context = { nodes: [], reads: [], events: [], log: () => [], cancelled: () => false, elapsed: () => 0 };
    const found = await runChecks(new ColumnarHistory(), checks, context, createRandom(1, 'c'));
    expect(found.get('slow')).toEqual(told);
    expect(found.get('mute')).toEqual({ valid: 'unknown', anomalies: [], reason: 'it was asked to stop' });
  });
});

describe('mergeExitCodes', () => {
  it('takes the worst: errors, then invalid, then unknown, then valid', () => {
    expect(mergeExitCodes([0, 2, 1])).toBe(1);
    expect(mergeExitCodes([0, 2, 0])).toBe(2);
    expect(mergeExitCodes([0, 255, 1])).toBe(255);
    expect(mergeExitCodes([])).toBe(0);
  });
});
