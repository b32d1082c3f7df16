import { describe, expect, it } from 'vitest';
import broadcast from './broadcast.js';
import { judge, names, Script } from './testing/script.js';

/** Two acknowledged messages, then the final phase. */
function twoMessages(): Script {
  return new Script()
    .phase('load')
    .did(0, 'broadcast', 1)
    .did(1, 'broadcast', 2)
    .phase('heal')
    .phase('recover')
    .phase('final');
}

describe('broadcast', () => {
  it('accepts messages that reach every node in the end, however late', () => {
    const script = new Script()
      .phase('load')
      .did(0, 'broadcast', 1)
      .did(1, 'read', null, [])
      .at(700)
      .did(2, 'read', null, [1]);
    script.phase('heal').phase('final').did(0, 'read', null, [1]).did(1, 'read', null, [1]).did(2, 'read', null, [1]);
    const verdict = judge(broadcast, script);
    expect(verdict).toMatchObject({
      valid: true,
      anomalies: [],
      reason: '1 acknowledged message reached 3 final reads',
    });
    expect(verdict.details).toMatchObject({
      attempted: 1,
      acknowledged: 1,
      finalReads: ['n1', 'n2', 'n3'],
      convergence: { max: 1 },
    });
  });

  it('finds a message that a final read lacks, and names the nodes', () => {
    const script = twoMessages().did(0, 'read', null, [1, 2]).did(1, 'read', null, [1, 2]).did(2, 'read', null, [1]);
    const verdict = judge(broadcast, script);
    expect(names(verdict)).toEqual(['lost-message']);
    expect(verdict.anomalies[0]).toMatchObject({
      message:
        'Message 2, broadcast by process 1 on n2 and acknowledged at 0.004 s, is missing from the final read of n3 (n1 and n2 have it), at 0.013 s.',
      operations: [3, 12],
      evidence: { element: 2, missingFrom: ['n3'] },
    });
  });

  it('finds a message that is lost everywhere', () => {
    const script = twoMessages().did(0, 'read', null, [2]).did(1, 'read', null, [2]).did(2, 'read', null, [2]);
    const [anomaly] = judge(broadcast, script).anomalies;
    expect(anomaly!.message).toContain('is missing from every final read (n1, n2 and n3), at 0.009 s and later');
  });

  it('judges the last final read of a node, not an earlier one', () => {
    const script = twoMessages().did(0, 'read', null, []).did(0, 'read', null, [1, 2]);
    script.did(1, 'read', null, [1, 2]).did(2, 'read', null, [1, 2]);
    expect(judge(broadcast, script).valid).toBe(true);
  });

  it('lets uncertain messages be anywhere or nowhere', () => {
    const script = new Script()
      .phase('load')
      .did(0, 'broadcast', 1)
      .invoke(1, 'broadcast', 2)
      .info(1)
      .invoke(2, 'broadcast', 3);
    script.phase('final').did(5, 'read', null, [1, 2], { node: 'n1' }).did(6, 'read', null, [1, 3], { node: 'n2' });
    script.did(7, 'read', null, [1], { node: 'n3' });
    expect(judge(broadcast, script)).toMatchObject({ valid: true, details: { attempted: 3, acknowledged: 1 } });
  });

  it('finds messages that nobody sent or whose broadcast failed, and repeated ones', () => {
    const script = new Script().phase('load').did(0, 'broadcast', 1).invoke(1, 'broadcast', 2).fail(1).phase('final');
    script.did(0, 'read', null, [1, 8]).did(1, 'read', null, [1, 2]).did(2, 'read', null, [1, 1]);
    const verdict = judge(broadcast, script);
    expect(verdict.anomalies.map(({ name, evidence }) => [name, evidence!['element']])).toEqual([
      ['duplicate-message', 1],
      ['unexpected-message', 2],
      ['unexpected-message', 8],
    ]);
    expect(verdict.anomalies[1]!.message).toContain('its only broadcast, by process 1 at 0.003 s, failed');
  });

  it('takes the reads after the last broadcast for final in a history without phases', () => {
    const script = new Script().did(0, 'broadcast', 1).did(0, 'read', null, []).did(1, 'broadcast', 2);
    script.did(0, 'read', null, [1, 2]).did(1, 'read', null, [2]).did(2, 'read', null, [1, 2]);
    const { anomalies } = judge(broadcast, script);
    expect(anomalies.map(({ evidence }) => evidence)).toEqual([{ element: 1, missingFrom: ['n2'] }]);
  });

  it('says why it knows nothing', () => {
    expect(judge(broadcast, new Script())).toMatchObject({ valid: 'unknown', reason: 'no broadcast was acknowledged' });
    expect(judge(broadcast, twoMessages())).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('final read'),
    });
    const partly = twoMessages().did(0, 'read', null, [1, 2]).did(1, 'read', null, [1, 2]).invoke(2, 'read').fail(2);
    expect(judge(broadcast, partly)).toMatchObject({ valid: 'unknown', reason: 'no final read of n3 succeeded' });
    // A run that was interrupted before its final phase has no final reads, whatever was read last.
    const interrupted = new Script().phase('load').did(0, 'broadcast', 1).did(1, 'read', null, []);
    expect(judge(broadcast, interrupted).valid).toBe('unknown');
    expect(judge(broadcast, twoMessages(), { cancelled: () => true }).valid).toBe('unknown');
  });

  it('lets a lost message outweigh a node that was not read', () => {
    expect(judge(broadcast, twoMessages().did(0, 'read', null, [1])).valid).toBe(false);
  });
});
