import { describe, expect, it } from 'vitest';
import logPattern from './log-pattern.js';
import { judge, Script } from './testing/script.js';

describe('log-pattern', () => {
  const logs = { n1: ['all is well', 'PANIC: lost the plot'], n2: ['fine'] };

  it('finds a line that matches, and names node and line', () => {
    const verdict = judge(logPattern, new Script(), { logs });
    expect(verdict).toMatchObject({ valid: false, details: { lines: { n1: 2, n2: 1 }, matches: { n1: 1, n2: 0 } } });
    expect(verdict.anomalies).toEqual([
      {
        name: 'log-pattern',
        message: 'n1 logged "PANIC: lost the plot" (line 2 of its log).',
        evidence: { node: 'n1', number: 2, line: 'PANIC: lost the plot' },
      },
    ]);
  });

  it('looks only where and for what it is told', () => {
    expect(judge(logPattern, new Script(), { logs, with: { nodes: ['n2'] } }).valid).toBe(true);
    expect(judge(logPattern, new Script(), { logs, with: { 'ignore-case': false } }).valid).toBe(true);
    expect(judge(logPattern, new Script(), { logs, with: { pattern: '^fine$' } }).valid).toBe(false);
  });

  it('looks at the beginning of a long line only', () => {
    const long = { n1: [`${'x'.repeat(5000)}panic`] };
    expect(judge(logPattern, new Script(), { logs: long }).valid).toBe(true);
  });

  it('says why it cannot tell', () => {
    expect(judge(logPattern, new Script())).toMatchObject({ valid: 'unknown', reason: 'the nodes logged nothing' });
    expect(judge(logPattern, new Script(), { logs, with: { pattern: '(a+)+' } })).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('the pattern cannot be used'),
    });
    expect(judge(logPattern, new Script(), { logs, with: { nodes: ['n9'] } }).reason).toBe('there is no node n9');
    expect(judge(logPattern, new Script(), { logs, cancelled: () => true }).valid).toBe('unknown');
  });
});
