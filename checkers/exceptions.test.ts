import { describe, expect, it } from 'vitest';
import exceptions from './exceptions.js';
import { judge, Script } from './testing/script.js';

describe('exceptions', () => {
  const script = () =>
    new Script()
      .invoke(0, 'read')
      .fail(0, 'exception: no field')
      .invoke(1, 'add')
      .info(1, 'exception: no field')
      .invoke(2, 'add')
      .info(2, 'timeout');

  it('lists them without judging', () => {
    expect(judge(exceptions, script())).toMatchObject({
      valid: true,
      anomalies: [],
      details: { total: 2, exceptions: [{ message: 'no field', count: 2, first: 0 }] },
    });
    expect(judge(exceptions, new Script())).toEqual({
      valid: true,
      anomalies: [],
      reason: 'no client met an unexpected error',
      details: { total: 0, exceptions: [] },
    });
  });

  it('judges them when asked to', () => {
    expect(judge(exceptions, script(), { with: { fail: true } }).anomalies).toEqual([
      {
        name: 'client-exception',
        message:
          'The client of process 0 on n1 met an error that it did not expect, at 0.001 s: no field (2 times in all).',
        operations: [0],
        evidence: { message: 'no field', count: 2 },
      },
    ]);
    expect(judge(exceptions, new Script().did(0, 'read'), { with: { fail: true } }).valid).toBe(true);
  });
});
