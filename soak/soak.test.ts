import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../test/support/chaos.js';
import { type Claim, claimsOf } from './claims.js';
import { add, medianTries, rowOf, type Tally } from './tally.js';
import { table } from './tell.js';
import { parseWords } from './words.js';
import { type Outcome, work } from './work.js';

const claim = (kind: Claim['kind']): Claim => ({ kind, file: 'x.yaml', title: 'x', set: [] });

function tally(kind: Claim['kind'], outcomes: Partial<Outcome>[], rare?: string): Tally {
  const all = outcomes.map((outcome, i) => ({
    seed: i + 1,
    met: false,
    verdict: 'a verdict',
    anomalies: [],
    unclear: false,
    ...outcome,
  }));
  return { claim: claim(kind), rare, outcomes: all, simulated: 600, spent: 2 };
}

const times = (count: number, outcome: Partial<Outcome>) => Array.from({ length: count }, () => outcome);

describe('soak', () => {
  it('takes from the folders what plans claim', () => {
    const claims = claimsOf([join(ROOT, 'plans/abd')], ROOT);
    expect(claims.map(({ kind, title }) => [kind, title])).toEqual([
      ['valid', 'plans/abd/abd.yaml'],
      ['bug', 'plans/abd/bugs/abd-minority-quorum.yaml'],
      ['without', 'plans/abd/bugs/abd-minority-quorum.yaml without the bug'],
      ['bug', 'plans/abd/bugs/abd-no-write-back.yaml'],
      ['without', 'plans/abd/bugs/abd-no-write-back.yaml without the bug'],
    ]);
  });

  it('misses a valid plan with one anomaly, or one seed without a verdict', () => {
    const met = { met: true };
    expect(rowOf(tally('valid', times(3, met)))).toMatchObject({ ok: true, found: 0, note: '', speed: 300 });
    expect(rowOf(tally('valid', [met, { anomalies: ['stale-read'] }]))).toMatchObject({
      ok: false,
      found: 1,
      note: 'seed 2: a verdict',
    });
    expect(rowOf(tally('valid', [met, { unclear: true }]))).toMatchObject({ ok: false, found: 0, unclear: 1 });
    expect(rowOf(tally('valid', []))).toMatchObject({ ok: false });
  });

  it('wants a bug in five seeds of a hundred, a rare one in one, and without it none', () => {
    const some = (count: number, rare?: string) =>
      rowOf(tally('bug', [...times(count, { met: true }), ...times(100 - count, {})], rare));
    expect(some(5)).toMatchObject({ ok: true, found: 5 });
    expect(some(4)).toMatchObject({ ok: false, note: 'in less than 5 % of the seeds' });
    expect(some(1, 'needs luck')).toMatchObject({ ok: true, note: 'rare: needs luck' });
    expect(some(0, 'needs luck')).toMatchObject({ ok: false, median: null });
    expect(rowOf(tally('without', times(9, {})))).toMatchObject({ ok: true });
    expect(rowOf(tally('without', [{ anomalies: ['lost-write'] }]))).toMatchObject({ ok: false });
  });

  it('tells how many seeds have to be tried', () => {
    expect(medianTries([true, true])).toBe(1);
    expect(medianTries([false, false, true, false])).toBe(2);
    expect(medianTries([false])).toBeNull();
  });

  it('runs seeds of a plan, and counts simulated time', async () => {
    const file = join(ROOT, 'plans/abd/bugs/abd-minority-quorum.yaml');
    const done = await work({ claim: 0, file, set: [], from: 1, to: 2 });
    expect(done.outcomes.map(({ seed, met }) => [seed, met])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(done.simulated).toBe(130);
    const all = tally('bug', []);
    add(all, done);
    expect(table([rowOf(all)])).toMatch(/ok {2}x {9}2 {2}2 \(100\.0 %\) {7}1 /);
  });

  it('understands its command line', () => {
    expect(parseWords(['plans/raft', '--seeds', '5', '--json'])).toMatchObject({
      paths: ['plans/raft'],
      seeds: 5,
      json: true,
    });
    expect(() => parseWords(['--seeds', '0'])).toThrow('--seeds takes a whole number above 0');
    expect(() => parseWords(['--sedes', '3'])).toThrow('--sedes');
  });
});
