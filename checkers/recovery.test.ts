import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../framework/contracts/time.js';
import recovery from './recovery.js';
import { judge, names, Script } from './testing/script.js';

describe('recovery', () => {
  const nodes = ['n1', 'n2'];
  const within = { nodes, with: { within: 2000 } };
  const healed = () =>
    new Script().phase('load').fault('kill', 'inject').at(10_000).fault('kill', 'heal').phase('heal');

  it('accepts nodes that answer soon, and says how soon', () => {
    const script = healed().phase('recover').at(10_500).did(0, 'read').at(11_000).did(1, 'write', 1);
    expect(judge(recovery, script, within)).toMatchObject({
      valid: true,
      reason: '2 nodes answered within 2 s of the last heal',
      details: { healed: 10 * NS_PER_S, milliseconds: { n1: 1, n2: 1 } },
    });
  });

  it('finds a node that answers late', () => {
    const script = healed()
      .did(0, 'read')
      .at(10_100)
      .invoke(1, 'read')
      .at(11_000)
      .fail(1, 'timeout')
      .at(13_000)
      .did(1, 'read');
    const verdict = judge(recovery, script, within);
    expect(names(verdict)).toEqual(['slow-recovery']);
    expect(verdict.anomalies[0]!.message).toBe(
      'The last fault healed at 10.000 s, clients asked n2 from 10.100 s on, and it answered for the first time 2.9 s later; 2 s were allowed.',
    );
  });

  it('counts from the heal for an operation that was under way', () => {
    const script = new Script()
      .did(0, 'read')
      .invoke(1, 'read')
      .at(10_000)
      .fault('kill', 'heal')
      .did(0, 'read')
      .at(12_500)
      .ok(1);
    expect(judge(recovery, script, within)).toMatchObject({
      valid: false,
      details: { milliseconds: { n1: 1, n2: 2500 } },
    });
  });

  it('finds a node that never answers again', () => {
    const script = healed().did(0, 'read').invoke(1, 'read').at(15_000).fail(1, 'timeout').phase('end');
    expect(judge(recovery, script, within).anomalies[0]!.message).toContain(
      'had not answered any operation when the history ended',
    );
  });

  it('does not blame a node that nobody asked, nor waited for', () => {
    const unasked = healed().did(0, 'read').at(60_000).did(1, 'read');
    expect(judge(recovery, unasked, within)).toMatchObject({ valid: true, details: { milliseconds: { n2: 1 } } });
    const impatient = healed().did(0, 'read').invoke(1, 'read').fail(1);
    expect(judge(recovery, impatient, within)).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('n2'),
    });
  });

  it('measures from the healing phase in a run without faults, and knows nothing without one', () => {
    const script = new Script()
      .phase('load')
      .did(0, 'read')
      .phase('heal')
      .phase('recover')
      .did(0, 'read')
      .did(1, 'read');
    expect(judge(recovery, script, within)).toMatchObject({ valid: true });
    expect(judge(recovery, new Script().did(0, 'read'), within).valid).toBe('unknown');
    expect(judge(recovery, new Script(), within).valid).toBe('unknown');
  });
});
