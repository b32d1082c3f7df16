import { describe, expect, it } from 'vitest';
import { judge, Script } from '../testing/script.js';
import linearizable from './index.js';
import type { Weaker } from './weaker.js';

/** What the verdict says of the weaker guarantees, by name. */
function weakerOf(script: Script, input = {}) {
  const verdict = judge(linearizable, script, input);
  const weaker = verdict.details?.['weaker'] as Record<string, Weaker> | undefined;
  const valid = Object.fromEntries(Object.entries(weaker ?? {}).map(([name, one]) => [name, one.valid]));
  return { verdict, valid };
}

describe('what still holds when a register is not linearizable', () => {
  it('a stale read of somebody else breaks nothing but real time', () => {
    const script = new Script().did(0, 'write', 1).did(1, 'read', null, null).did(1, 'read', null, 1);
    const { verdict, valid } = weakerOf(script);
    expect(verdict.valid).toBe(false);
    expect(valid).toEqual({
      'sequential consistency': true,
      'read-your-writes': true,
      'monotonic-reads': true,
      'monotonic-writes': true,
      'writes-follow-reads': true,
    });
    expect(verdict.reason).toContain('; still holds: sequential consistency, read your writes, monotonic reads');
  });

  it('a process that misses its own write has lost read your writes, and with it the one order', () => {
    const { verdict, valid } = weakerOf(
      new Script().did(0, 'write', 1).did(0, 'read', null, null).did(1, 'read', null, 1),
    );
    expect(valid).toMatchObject({
      'sequential consistency': false,
      'read-your-writes': false,
      'monotonic-reads': true,
    });
    expect(verdict.reason).toContain('broken, too: sequential consistency and read your writes');
  });

  it('a process that goes back in time has lost monotonic reads', () => {
    const script = new Script().did(0, 'write', 1).did(0, 'write', 2).did(1, 'read', null, 2).did(1, 'read', null, 1);
    expect(weakerOf(script).valid).toMatchObject({
      'sequential consistency': false,
      'read-your-writes': true,
      'monotonic-reads': false,
    });
  });

  it('is not asked of valid histories, nor of other models', () => {
    expect(weakerOf(new Script().did(0, 'write', 1).did(1, 'read', null, 1)).verdict.details).not.toHaveProperty(
      'weaker',
    );
    const queue = new Script().did(0, 'enqueue', 1).did(1, 'dequeue', null, 2);
    const { verdict } = weakerOf(queue, { with: { model: 'fifo-queue' } });
    expect(verdict.valid).toBe(false);
    expect(verdict.details).not.toHaveProperty('weaker');
  });
});
