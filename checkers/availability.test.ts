import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../framework/contracts/time.js';
import availability from './availability.js';
import { judge, Script } from './testing/script.js';

describe('availability', () => {
  /** Ten operations, `failed` of which time out, during a load from 0 s to 10 s; then the healing, where nothing works. */
  function load(failed: number): Script {
    const script = new Script().phase('load');
    for (let i = 0; i < 10; i++) {
      script.at(1000 * i + 1).invoke(i, 'read', null, { node: i % 2 === 0 ? 'n1' : 'n2' });
      if (i < 10 - failed) script.ok(i);
      else script.info(i, 'timeout');
    }
    return script.at(10_000).phase('heal').invoke(50, 'read').info(50);
  }

  it('accepts a load of which enough was answered', () => {
    const verdict = judge(availability, load(2));
    expect(verdict).toMatchObject({ valid: true, reason: '80% of 10 operations were answered' });
    expect(verdict.details).toMatchObject({
      share: 0.8,
      longestOutage: { from: 7.002, milliseconds: 2998 },
      byNode: { n1: 0.8, n2: 0.8 },
    });
  });

  it('finds a load of which too little was answered', () => {
    const verdict = judge(availability, load(3));
    expect(verdict.anomalies).toEqual([
      {
        name: 'unavailable',
        message:
          'Only 70% of 10 operations between 0.000 s and 10.000 s were answered; at least 80% were asked for. The longest span without an answer lasted 4 s, from 6.002 s.',
        evidence: { from: 0, to: 10 * NS_PER_S, asked: 10, answered: 7 },
      },
    ]);
  });

  it('judges every window when asked to', () => {
    const options = { with: { 'at-least': 0.5, window: 5000 } };
    expect(judge(availability, load(2), options)).toMatchObject({ valid: true, details: { worstWindow: 0.6 } });
    const verdict = judge(availability, load(3), options);
    expect(verdict.anomalies.map(({ evidence }) => evidence!['from'])).toEqual([5 * NS_PER_S]);
    expect(judge(availability, load(3), { with: { 'at-least': 0.5 } }).valid).toBe(true);
  });

  it('counts the refusals of a working store as answers', () => {
    const script = new Script().did(0, 'read').invoke(0, 'cas', [1, 2]).fail(0, 'precondition-failed: it is 3');
    expect(judge(availability, script).valid).toBe(true);
    expect(judge(availability, script.invoke(0, 'cas', [1, 2]).fail(0, 'temporarily-unavailable')).valid).toBe(false);
    expect(judge(availability, new Script().did(0, 'read').invoke(0, 'read')).valid).toBe(false);
  });

  it('knows nothing without operations', () => {
    expect(judge(availability, new Script())).toMatchObject({ valid: 'unknown' });
    expect(judge(availability, new Script().phase('load').phase('heal').did(0, 'read')).valid).toBe('unknown');
  });
});
