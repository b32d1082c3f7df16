import { describe, expect, it } from 'vitest';
import { historyOf, judge, names, Script } from '../../testing/script.js';
import linearizable from '../index.js';

const verdictOf = (script: Script) => judge(linearizable, script);
const only = (script: Script) => {
  const verdict = verdictOf(script);
  expect(verdict.valid).toBe(false);
  expect(verdict.anomalies).toHaveLength(1);
  return verdict.anomalies[0]!;
};

describe('names of violations', () => {
  it('stale-read: the newer write had completed before the read was invoked, and another read does see it', () => {
    const anomaly = only(
      new Script().did(0, 'write', 1).did(1, 'write', 2).at(3000).did(2, 'read', null, 1).did(0, 'read', null, 2),
    );
    expect(anomaly).toMatchObject({
      name: 'stale-read',
      message:
        'The read by process 2 on n3, invoked at 3.000 s, returned 1, although the write of 2 by process 1 on n2 had been acknowledged at 0.003 s, and was invoked after 1 had been written, by 0.001 s.',
      operations: [0, 2, 4],
    });
    expect(anomaly.evidence).toEqual({
      operations: [
        { index: 0, process: 0, f: 'write', value: 1, invoked: 0, completed: 1e6, outcome: 'ok', node: 'n1' },
        { index: 2, process: 1, f: 'write', value: 2, invoked: 2e6, completed: 3e6, outcome: 'ok', node: 'n2' },
        { index: 4, process: 2, f: 'read', value: 1, invoked: 3e9, completed: 3.001e9, outcome: 'ok', node: 'n3' },
      ],
      witness: [0, 2, 4],
      stuck: 4,
      initial: null,
      placed: 2,
      folded: 0,
      irreducible: true,
      rechecked: true,
      model: 'cas-register',
      algorithm: 'zones',
      conflict: { order: [0, 4, 2], states: ['1', '1', '2'], broken: [[2, 4]], needed: [[0, 2]] },
    });
  });

  it('tells instants apart that a millisecond would merge', () => {
    const script = new Script().did(0, 'write', 1).did(1, 'write', 2).did(2, 'read', null, 1);
    const events = script.events.map((event) => ({ ...event, time: 1e9 + event.index * 20_000 }));
    const [anomaly] = judge(linearizable, historyOf(events)).anomalies;
    expect(anomaly!.message).toContain('invoked at 1.000080 s, returned 1');
    expect(anomaly!.message).toContain('acknowledged at 1.000060 s');
  });

  it('stale-read: one process alone that misses the write may merely be late', () => {
    const script = new Script().did(0, 'write', 1).did(0, 'write', 2).did(1, 'read', null, 1).did(1, 'read', null, 1);
    expect(only(script).name).toBe('stale-read');
  });

  it('stale-read: the initial value after a write', () => {
    const anomaly = only(new Script().did(0, 'write', 1).did(1, 'read', null, null).did(1, 'read', null, 1));
    expect(anomaly.name).toBe('stale-read');
    expect(anomaly.message).toContain('returned null, although the write of 1');
    expect(anomaly.message).toContain('null was never written again');
    expect(anomaly.operations).toEqual([0, 2]);
  });

  it('stale-read: others read the newer value, whose write had completed', () => {
    // The two writes overlap, so only the read of 2 says that 2 is newer; its write had been acknowledged.
    const script = new Script()
      .invoke(0, 'write', 1)
      .invoke(1, 'write', 2)
      .ok(0)
      .ok(1)
      .did(2, 'read', null, 2)
      .did(3, 'read', null, 1);
    expect(only(script)).toMatchObject({ name: 'stale-read', operations: [0, 1, 4, 6] });
  });

  it('lost-write: two processes miss an acknowledged write that nobody ever saw', () => {
    const anomaly = only(
      new Script()
        .did(0, 'write', 1)
        .did(1, 'write', 2)
        .did(2, 'read', null, 1)
        .did(3, 'read', null, 1)
        .did(0, 'write', 3)
        .did(2, 'read', null, 3),
    );
    expect(anomaly.name).toBe('lost-write');
    expect(anomaly.message).toBe(
      'The write of 2 by process 1 on n2 was acknowledged at 0.003 s, but nobody ever saw it: the read by process 2 on n3, invoked at 0.004 s, returned 1, and nothing could have overwritten it.',
    );
    expect(anomaly.operations).toEqual([0, 2, 4]);
  });

  it('stale-read, not lost-write: a write that is known to have happened may have hidden it', () => {
    const script = new Script()
      .did(0, 'write', 1)
      .invoke(3, 'write', 3)
      .did(1, 'write', 2)
      .did(2, 'read', null, 1)
      .did(4, 'read', null, 1)
      .ok(3);
    expect(only(script).name).toBe('stale-read');
  });

  it('lost-write: a cas that was invoked later acted as if the write had never been', () => {
    const script = new Script().did(0, 'write', 1).did(1, 'write', 2).did(2, 'cas', [1, 3]);
    const anomaly = only(script);
    expect(anomaly.name).toBe('lost-write');
    expect(anomaly.message).toContain('but it had no effect: the cas from 1 to 3 by process 2');
  });

  it('lost-update: two cas succeed from one value', () => {
    const script = new Script()
      .did(0, 'write', 1)
      .invoke(1, 'cas', [1, 2])
      .invoke(2, 'cas', [1, 3])
      .ok(1)
      .ok(2)
      .did(0, 'read', null, 3);
    const anomaly = only(script);
    expect(anomaly).toMatchObject({ name: 'lost-update', operations: [2, 3] });
    expect(anomaly.message).toBe(
      'The cas from 1 to 3 by process 2 on n3, invoked at 0.003 s, succeeded, at 0.005 s, although the cas from 1 to 2 by process 1 on n2 succeeded from 1, too, at 0.004 s, and nothing wrote 1 again.',
    );
  });

  it('lost-update: one after the other, and from the initial value', () => {
    const script = new Script().did(0, 'cas', [null, 1]).did(1, 'cas', [null, 2]);
    expect(only(script)).toMatchObject({ name: 'lost-update', operations: [0, 2] });
  });

  it('unwritten-value: nobody ever asked for it', () => {
    const anomaly = only(new Script().did(0, 'write', 1).did(1, 'read', null, 7));
    expect(anomaly).toMatchObject({ name: 'unwritten-value', operations: [2] });
    expect(anomaly.message).toBe(
      'The read by process 1 on n2, invoked at 0.002 s, returned 7, but nobody ever wrote 7.',
    );
  });

  it('aborted-read: only a failed operation had asked for it', () => {
    const script = new Script().did(0, 'write', 1).invoke(1, 'cas', [1, 7]).fail(1).did(2, 'read', null, 7);
    expect(only(script)).toMatchObject({ name: 'aborted-read', operations: [2, 4] });
  });

  it('future-read: the read returned before the write was invoked', () => {
    const script = new Script().did(0, 'read', null, 7).did(1, 'write', 7);
    const anomaly = only(script);
    expect(anomaly).toMatchObject({ name: 'future-read', operations: [0, 2] });
    expect(anomaly.message).toContain('and that at 0.001 s, before the write of 7 by process 1 on n2 was invoked');
  });

  it('new-old-inversion: the write of the new value is still going on', () => {
    const script = new Script()
      .did(0, 'write', 1)
      .invoke(0, 'write', 2)
      .did(1, 'read', null, 2)
      .did(2, 'read', null, 1)
      .ok(0);
    const anomaly = only(script);
    expect(anomaly).toMatchObject({ name: 'new-old-inversion', operations: [0, 3, 5] });
    expect(anomaly.message).toContain('although the read by process 1 on n2 had returned 2 at');
  });

  it('new-old-inversion: the write of the new value never completes', () => {
    const script = new Script().invoke(0, 'write', 2).did(1, 'read', null, 2).did(2, 'read', null, null).info(0);
    expect(only(script)).toMatchObject({ name: 'new-old-inversion', operations: [1, 3] });
  });

  it('not-linearizable: two open compare-and-sets cannot both go first', () => {
    // Each value is there only while the other has not been made: no read, write or pair of values is to blame.
    const script = new Script().invoke(0, 'cas', [1, 2]).invoke(1, 'cas', [2, 1]).ok(0).ok(1);
    expect(only(script).name).toBe('not-linearizable');
  });
});

describe('clean histories', () => {
  it('a read may see any write that overlaps it, in either order', () => {
    const script = new Script()
      .did(0, 'write', 1)
      .invoke(0, 'write', 2)
      .invoke(1, 'read')
      .invoke(2, 'read')
      .ok(1, 2)
      .ok(2, 1)
      .ok(0);
    expect(verdictOf(script).valid).toBe(true);
  });

  it('an indeterminate write may take effect much later, once', () => {
    const late = () =>
      new Script().invoke(0, 'write', 2).info(0).did(1, 'write', 1).did(2, 'read', null, 1).did(2, 'read', null, 2);
    expect(verdictOf(late()).valid).toBe(true);
    const twice = late().did(1, 'write', 3).did(2, 'read', null, 2);
    expect(names(verdictOf(twice))).toEqual(['stale-read']);
  });

  it('a failed operation did not happen', () => {
    const script = new Script().did(0, 'write', 1).invoke(1, 'write', 2).fail(1).did(2, 'read', null, 1);
    expect(verdictOf(script).valid).toBe(true);
  });

  it('values may be any JSON, equal whatever the order of their keys', () => {
    const script = new Script()
      .did(0, 'write', { a: 1, b: [2] })
      .did(1, 'cas', [{ b: [2], a: 1 }, 'x'])
      .did(2, 'read', null, 'x');
    expect(verdictOf(script).valid).toBe(true);
  });

  it('a value that is written again may be read again', () => {
    const script = new Script().did(0, 'write', 1).did(0, 'write', 2).did(1, 'write', 1).did(2, 'read', null, 1);
    expect(verdictOf(script)).toMatchObject({
      valid: true,
      details: { algorithms: { 'search: a value is written more than once': 1 } },
    });
  });
});
