import { describe, expect, it } from 'vitest';
import type { RunBlock } from '../../page/run.js';
import { EVERYTHING } from '../app.js';
import { matches, queryOf } from './find.js';
import { operationsOf } from './testing/operations.js';
import { proofOf, visibleOf } from './visible.js';

const operations = operationsOf([
  { process: 0, from: 0, to: 1, node: 'n1', f: 'write', key: 'x', asked: 5 },
  { process: 1, from: 1, to: 2, node: 'n2', f: 'read', key: 'x', got: 7 },
  { process: 2, from: 2, to: 3, node: 'n1', f: 'write', key: 'y', asked: 7, outcome: 'fail', error: 'Not leader' },
  { process: 3, from: 3, node: 'n2', f: 'write', key: 'y', asked: 70 },
]);

function shown(filter: Partial<typeof EVERYTHING>, proof: number[] = []): number[] {
  const mask = visibleOf(operations, { ...EVERYTHING, ...filter }, proof);
  return [...mask.keys()].filter((i) => mask[i] === 1);
}

describe('the filter', () => {
  it('shows everything where nothing is chosen, otherwise what fits every choice', () => {
    expect(shown({})).toEqual([0, 1, 2, 3]);
    expect(shown({ keys: ['x'] })).toEqual([0, 1]);
    expect(shown({ keys: ['x', 'y'], functions: ['write'], nodes: ['n1'] })).toEqual([0, 2]);
    expect(shown({ processes: [1, 3] })).toEqual([1, 3]);
    expect(shown({ outcomes: ['info', 'fail'] })).toEqual([2, 3]);
    expect(shown({ keys: ['no such key'] })).toEqual([]);
  });

  it('never hides what proves an anomaly', () => {
    const anomalies = [{ rows: [40, 999, 20] }] as unknown as RunBlock['anomalies'];
    const proof = proofOf(operations, { anomalies } as RunBlock);
    expect(proof[0]!.map((i) => i < operations.count)).toEqual([true, false, true]);
    expect(shown({ keys: ['no such key'] }, proof.flat())).toEqual([1, 3]);
  });
});

describe('the search box', () => {
  it('takes what names something as a filter, the rest as text', () => {
    const query = queryOf('  key:x process:3 NODE:n1 outcome:info Leader ', operations, EVERYTHING);
    expect(query).toEqual({
      filter: { keys: ['x'], processes: [3], nodes: ['n1'], outcomes: ['info'] },
      text: 'leader',
    });
  });

  it('adds to what is chosen already, once', () => {
    const { filter } = queryOf('key:y key:x key:y', operations, { ...EVERYTHING, keys: ['x'] });
    expect(filter).toEqual({ keys: ['x', 'y'] });
  });

  it('looks for what names nothing of the run', () => {
    const { filter, text } = queryOf('key:zz http://x constructor:y', operations, EVERYTHING);
    expect([filter, text]).toEqual([{}, 'key:zz http://x constructor:y']);
  });

  it('finds text in functions, values and errors, among what is shown', () => {
    const find = (text: string) => matches(operations, text, (i) => i !== 0);
    expect(find('7')).toEqual([1, 2, 3]);
    expect(find('not leader')).toEqual([2]);
    expect(find('read → 7')).toEqual([1]);
    expect(find('write 5')).toEqual([]);
  });
});
