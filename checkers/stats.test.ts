import { describe, expect, it } from 'vitest';
import stats from './stats.js';
import { judge, Script } from './testing/script.js';

describe('stats', () => {
  it('counts and measures by function and outcome', () => {
    const script = new Script()
      .did(0, 'read')
      .at(10)
      .invoke(0, 'write', 1)
      .at(30)
      .info(0)
      .invoke(1, 'write', 2)
      .fail(1);
    script.invoke(2, 'write', 3).at(100).phase('end');
    const verdict = judge(stats, script);
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({
      all: { count: 4, ok: 1, fail: 1, info: 2, okShare: 0.25 },
      byFunction: {
        read: { count: 1, ok: 1, okShare: 1, latency: { ok: { median: 1 } } },
        write: { count: 3, ok: 0, fail: 1, info: 2, latency: { info: { max: 20 }, fail: { max: 1 } } },
      },
      neverSucceeded: ['write'],
    });
    // Four operations in 33 ms: the phase is no event of a client.
    expect(verdict.details).toMatchObject({ all: { rate: expect.closeTo(4 / 0.033, 1) } });
  });

  it('is unknown for a function that never succeeded only when asked to be', () => {
    const script = new Script().did(0, 'read').invoke(0, 'cas', [1, 2]).fail(0);
    expect(judge(stats, script).valid).toBe(true);
    const strict = judge(stats, script, { with: { 'all-succeed': true } });
    expect(strict).toMatchObject({ valid: 'unknown', reason: 'no cas ever succeeded' });
  });

  it('has nothing to count in an empty history', () => {
    expect(judge(stats, new Script())).toMatchObject({
      valid: true,
      details: { all: { count: 0, rate: 0 }, byFunction: {} },
    });
  });
});
