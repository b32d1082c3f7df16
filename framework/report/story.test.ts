import { describe, expect, it } from 'vitest';
import type { FoundAnomaly } from '../contracts/result.js';
import { MOST_OPERATIONS, type Story, tell } from './story.js';
import { validRun } from './testing/scenarios.js';

const input = validRun();
const all = [...input.history.operations()].slice(0, 40).map(({ index }) => index);

function story(
  anomalies: readonly Partial<FoundAnomaly>[],
  expect: Story['input']['result']['expect'] = 'valid',
): Story {
  const found = anomalies.map((anomaly) => ({ name: 'x', checker: 'y', message: 'm', ...anomaly }));
  return tell({ ...input, result: { ...input.result, valid: false, expect, anomalies: found } });
}

const rowsOf = (anomaly: Partial<FoundAnomaly>) => story([anomaly]).cases[0]!.operations.map(({ index }) => index);

describe('an anomaly of many operations', () => {
  it('shows the first, and those at the end', () => {
    const found = story([{ operations: all }]).cases[0]!;
    expect(found.operations.map(({ index }) => index)).toEqual([...all.slice(0, 2), ...all.slice(2 - MOST_OPERATIONS)]);
    expect(found.hidden).toBe(all.length - MOST_OPERATIONS);
  });

  it('shows the one that fits nowhere, wherever it stands', () => {
    for (const stuck of [all[0]!, all[15]!, all[39]!]) {
      const rows = rowsOf({ operations: all, evidence: { stuck } });
      expect(rows).toContain(stuck);
      expect(rows.length).toBe(MOST_OPERATIONS);
      expect([...rows].sort((a, b) => a - b)).toEqual(rows);
    }
  });
});

describe('the first anomaly', () => {
  const named = (name: string, operations: number[]) => ({ name, operations });
  const both = [named('expected', all.slice(0, 2)), named('other', all.slice(0, 2))];
  const first = (others: 'allow' | 'forbid') => story(both, { anomalies: ['expected'], others }).cases[0]!.anomaly.name;

  it('is one that breaks the plan or, where the plan lets others pass, the one that it expects', () => {
    expect(first('forbid')).toBe('other');
    expect(first('allow')).toBe('expected');
    expect(story([named('bare', []), named('proven', all.slice(0, 2))]).cases[0]!.anomaly.name).toBe('proven');
  });
});
