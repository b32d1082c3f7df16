import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../framework/contracts/cluster.js';
import { NS_PER_S } from '../framework/contracts/time.js';
import splitBrain from './split-brain.js';
import { judge, Script } from './testing/script.js';

describe('split-brain', () => {
  const report = (second: number, node: string, state: Record<string, unknown>): NodeEvent => ({
    time: second * NS_PER_S,
    node,
    kind: 'report',
    state,
  });

  it('accepts one leader a term, however often and late it says so', () => {
    const events = [
      report(1, 'n1', { role: 'leader', term: 1, leader: 'n1' }),
      report(2, 'n2', { role: 'follower', term: 1, leader: 'n1' }),
      report(3, 'n2', { role: 'leader', term: 2, leader: 'n2' }),
      report(4, 'n1', { role: 'leader', term: 1, leader: 'n1' }),
    ];
    expect(judge(splitBrain, new Script(), { events })).toMatchObject({
      valid: true,
      reason: '2 terms, one leader each',
    });
  });

  it('finds two nodes that lead one term', () => {
    const events = [
      report(3.1, 'n1', { role: 'leader', term: 7, leader: 'n1' }),
      report(3.4, 'n4', { role: 'leader', term: 7 }),
      report(3.5, 'n4', { role: 'leader', term: 7 }),
    ];
    expect(judge(splitBrain, new Script(), { events }).anomalies).toEqual([
      {
        name: 'split-brain',
        message: 'n1 and n4 both led term 7: n1 said so at 3.100 s, n4 at 3.400 s.',
        evidence: { term: 7, leaders: ['n1', 'n4'], times: [3.1 * NS_PER_S, 3.4 * NS_PER_S] },
      },
    ]);
  });

  it('knows nothing when nodes do not report', () => {
    expect(judge(splitBrain, new Script()).valid).toBe('unknown');
    const events = [report(1, 'n1', { role: 'leader' }), report(1, 'n2', { term: 1, leader: 'n1' })];
    expect(judge(splitBrain, new Script(), { events })).toMatchObject({ valid: 'unknown' });
  });
});
