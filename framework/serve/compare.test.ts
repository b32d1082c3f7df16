// What counts as better and worse between two runs.
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../contracts/result.js';
import { summarize } from '../store/run-summary.js';
import { changeOf, type Fact, factsOf, type Side } from './compare.js';
import { resultWith, STALE } from './testing/results.js';

const side = (fields: Partial<RunResult> = {}): Side => {
  const result = resultWith(fields);
  return { result, summary: summarize(result) };
};
const changes = (before: Side, after: Side) =>
  factsOf(before, after)
    .filter(({ change }) => change !== 'same')
    .map(({ name, before: one, after: other, change, by }: Fact) => [name, one, other, change, by].join(' | '));

describe('changeOf', () => {
  it.each([
    [100, 50, 'lower', 'better', '−50 %'],
    [100, 150, 'lower', 'worse', '+50 %'],
    [100, 104, 'lower', 'same', '+4.0 %'],
    [100, 150, 'higher', 'better', '+50 %'],
    [100, 150, null, 'changed', '+50 %'],
    [0, 3, 'lower', 'worse', ''],
    [0, 0, 'lower', 'same', ''],
    [null, 3, 'lower', 'not recorded', ''],
    [3, null, 'lower', 'not recorded', ''],
    [null, null, 'lower', 'same', ''],
  ] as const)('from %j to %j where %s is better: %s %s', (before, after, better, change, by) => {
    expect(changeOf(before, after, better)).toEqual({ change, by });
  });
});

describe('two runs', () => {
  it('that are alike differ in nothing', () => {
    expect(changes(side(), side())).toEqual([]);
  });

  it('differ in settings one by one', () => {
    const after = side({ system: { name: 'raft', options: { reads: 'index', batch: 3 } }, clients: 9, nodes: ['n1'] });
    expect(changes(side(), after)).toEqual([
      'system: reads | lease | index | changed | ',
      'system: batch | none | 3 | changed | ',
      'nodes | ["n1", "n2", "n3"] | ["n1"] | changed | ',
      'clients | 5 | 9 | changed | ',
    ]);
  });

  it('an anomaly more is worse, one less better, unless the plan asks for it', () => {
    const [fine, stale] = [side(), side(STALE)];
    const rows = [
      'verdict | valid | invalid | worse | ',
      'as the plan expects | yes | no | worse | ',
      'stale-read | not found | 1 found | worse | ',
    ];
    expect(changes(fine, stale)).toEqual(rows);
    expect(changes(stale, fine).map((row) => row.split(' | ')[3])).toEqual(['better', 'better', 'better']);
    const expect_ = { anomalies: ['stale-read'], others: 'forbid' as const };
    const asked = {
      before: side({ expect: expect_, expectationMet: false }),
      after: side({ ...STALE, expect: expect_, expectationMet: true }),
    };
    expect(changes(asked.before, asked.after)).toEqual([
      'verdict | valid | invalid | better | ',
      'as the plan expects | no | yes | better | ',
      'stale-read (expected) | not found | 1 found | changed | ',
    ]);
  });

  it('differ in latency, rate and availability by more than noise', () => {
    const slow = { count: 48, p50: 2.05, p95: 4, p99: 16, max: 20 };
    const after = side({
      figures: { latency: { all: slow, byFunction: {} }, availability: 0.48 },
      rate: { asked: 100, achieved: 50 },
    });
    expect(changes(side(), after)).toEqual([
      'p99 of all operations | 8 ms | 16 ms | worse | +100 %',
      'p50 of read | 2 ms | not recorded | not recorded | ',
      'p99 of read | 8 ms | not recorded | not recorded | ',
      'rate achieved | 99/s | 50/s | worse | −49 %',
      'availability | 96 % | 48 % | worse | −50 %',
    ]);
  });

  it('of which one is not what a result should be, are compared all the same', () => {
    const odd: Side = { result: { coverage: { faults: [null, { nemesis: 3 }] }, system: 7 }, summary: summarize({}) };
    expect(factsOf(odd, side()).length).toBeGreaterThan(10);
    expect(factsOf(side(), odd).length).toBeGreaterThan(10);
  });
});
