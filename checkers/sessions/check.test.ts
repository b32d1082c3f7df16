import { describe, expect, it } from 'vitest';
import { registerHistory } from '../../bench/histories/registers.js';
import type { HistoryEvent } from '../../framework/contracts/operation.js';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { checkLinearizable } from '../linearizable/check.js';
import { checkSequential } from '../sequential/check.js';
import { historyOf, judge, names, Script } from '../testing/script.js';
import { checkSessions, type SessionsResult } from './check.js';
import { GUARANTEES, type Guarantee } from './guarantees.js';
import sessions from './index.js';
import { byDefinition } from './testing/by-definition.js';
import { type ReplicasShape, randomReplicas } from './testing/random-replicas.js';

const x = { key: 'x' };
const y = { key: 'y' };

function randomShape(random: Random): ReplicasShape {
  return {
    processes: 2 + random.int(4),
    operations: 4 + random.int(22),
    keys: 1 + random.int(3),
    mix: random.pick([
      [3, 2, 0],
      [3, 2, 2],
      [1, 1, 3],
    ]),
    stale: random.pick([0, 0.05, 0.2, 0.5]),
    pending: random.pick([0, 0.1, 0.3]),
  };
}

function violations({ guarantees }: SessionsResult): Record<string, number> {
  return Object.fromEntries(GUARANTEES.map((name) => [name, guarantees[name].violations]));
}

/** Histories that break one guarantee and no other. */
const LIES: Record<Guarantee, { script: Script; message: string; operations: number[]; key?: string }> = {
  'read-your-writes': {
    // Process 0 reads what was there before its own write; it had read nothing before.
    script: new Script().did(1, 'write', 1, 1, x).did(0, 'write', 2, 2, x).did(0, 'read', null, 1, x),
    message:
      'Process 0 on n1 read 1 from x at 0.005 s, although it had itself written 2 to x, acknowledged at 0.003 s: 1 is older, for the write of 1 to x by process 1 on n2 was acknowledged at 0.001 s, before the write of 2 to x by process 0 on n1 was invoked, at 0.002 s.',
    operations: [0, 2, 4],
  },
  'monotonic-reads': {
    // Process 1 asks a fresh copy first and a stale one after that; it has written nothing.
    script: new Script()
      .did(0, 'write', 1, 1, x)
      .did(0, 'write', 2, 2, x)
      .did(1, 'read', null, 2, x)
      .did(1, 'read', null, 1, x),
    message:
      'Process 1 on n2 read 1 from x at 0.007 s, although it had read 2 from x before, at 0.005 s: 1 is older, for the write of 1 to x by process 0 on n1 was acknowledged at 0.001 s, before the write of 2 to x by process 0 on n1 was invoked, at 0.002 s.',
    operations: [0, 2, 4, 6],
  },
  'monotonic-writes': {
    // Process 1 sees the second write of process 0, but not its first, which is to another key.
    script: new Script()
      .did(0, 'write', 1, 1, x)
      .did(0, 'write', 5, 5, y)
      .did(1, 'read', null, 5, y)
      .did(1, 'read', null, null, x),
    message:
      'Process 1 on n2 read null from x at 0.007 s, although it had read 5 from y at 0.005 s, which process 0 on n1 wrote after it had written 1 to x, acknowledged at 0.001 s: null is the initial value, older than 1.',
    operations: [0, 2, 4, 6],
  },
  'writes-follow-reads': {
    // Process 1 answers what it read; process 2 sees the answer, but not the question.
    script: new Script()
      .did(0, 'write', 1, 1, x)
      .did(1, 'read', null, 1, x)
      .did(1, 'write', 5, 5, y)
      .did(2, 'read', null, 5, y)
      .did(2, 'read', null, null, x),
    message:
      'Process 2 on n3 read null from x at 0.009 s, although it had read 5 from y at 0.007 s, which process 1 on n2 wrote after it had read 1 from x, at 0.003 s: null is the initial value, older than 1.',
    operations: [2, 4, 6, 8],
  },
};

describe('checkSessions', () => {
  it.each(GUARANTEES)('finds a lie against %s, and only that', (name) => {
    const { script, message, operations } = LIES[name];
    const result = checkSessions(script.history());
    const anomaly = { name, message, operations, key: 'x' };
    for (const other of GUARANTEES) {
      expect(result.guarantees[other], other).toMatchObject({
        valid: other !== name,
        violations: other === name ? 1 : 0,
      });
    }
    expect(result.guarantees[name].anomaly).toMatchObject(anomaly);
    expect(byDefinition(script.history())).toEqual(violations(result));
  });

  it('agrees with the definition, word by word', () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 2000; seed++) {
      const random = createRandom(seed, 'sessions');
      const history = randomReplicas(random, randomShape(random));
      const result = checkSessions(history);
      expect(result.impossible.violations, `seed ${seed}`).toBe(0);
      expect(violations(result), `seed ${seed}`).toEqual(byDefinition(history));
      for (const name of GUARANTEES) {
        const { valid, anomaly } = result.guarantees[name];
        expect(anomaly?.operations?.length ?? 2, `seed ${seed}`).toBeOneOf([2, 3, 4]);
        expect(anomaly !== undefined).toBe(valid === false);
        seen.set(`${name} ${valid}`, (seen.get(`${name} ${valid}`) ?? 0) + 1);
      }
    }
    for (const name of GUARANTEES) {
      expect(seen.get(`${name} true`), name).toBeGreaterThan(500);
      expect(seen.get(`${name} false`), name).toBeGreaterThan(4);
    }
  });

  it('holds for every linearizable history', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 'linearizable');
      const load = { operations: 400, clients: 2 + random.int(12), values: null, reads: 0.5, cas: 0.2, lie: null };
      const history = registerHistory(random, { ...load, crashed: random.pick([0, 0.05]), keys: 1 + random.int(4) });
      expect(checkLinearizable(history).valid, `seed ${seed}`).toBe(true);
      const { guarantees } = checkSessions(history);
      expect(
        GUARANTEES.map((name) => guarantees[name].valid),
        `seed ${seed}`,
      ).toEqual([true, true, true, true]);
    }
  });

  it('does not follow from sequential consistency, nor the other way round', () => {
    // The one order puts 2 before 1, against the clock, and process 0 cannot tell.
    const ordered = new Script().did(1, 'write', 1, 1, x).did(0, 'write', 2, 2, x).did(0, 'read', null, 1, x).history();
    expect(checkSequential(ordered).valid).toBe(true);
    expect(checkSessions(ordered).guarantees['read-your-writes'].valid).toBe(false);
    // Store buffering: no session breaks its own promise, yet there is no one order.
    const buffered = new Script()
      .did(0, 'write', 1, 1, x)
      .did(1, 'write', 1, 1, y)
      .did(0, 'read', null, null, y)
      .did(1, 'read', null, null, x)
      .history();
    expect(checkSequential(buffered).valid).toBe(false);
    const { guarantees } = checkSessions(buffered);
    expect(GUARANTEES.map((name) => guarantees[name].valid)).toEqual([true, true, true, true]);
  });

  it('knows the order of versions from chains of cas where times do not tell', () => {
    // All three are open at once; the cas links 1 to 2, so that 1 is older.
    const chain = new Script()
      .invoke(0, 'write', 1, x)
      .invoke(1, 'cas', [1, 2], x)
      .did(2, 'read', null, 2, x)
      .did(2, 'read', null, 1, x)
      .ok(0)
      .ok(1);
    const { guarantees } = checkSessions(chain.history());
    expect(guarantees['monotonic-reads']).toMatchObject({ valid: false, violations: 1 });
    expect(guarantees['monotonic-reads'].anomaly!.message).toMatch(
      /: 1 is older, for compare-and-sets lead on from it to 2, or to writes before that\.$/,
    );
    // Two writes that overlap: nobody knows which one is older.
    const overlap = new Script()
      .invoke(0, 'write', 1, x)
      .invoke(1, 'write', 2, x)
      .did(2, 'read', null, 2, x)
      .did(2, 'read', null, 1, x)
      .ok(0)
      .ok(1);
    expect(checkSessions(overlap.history()).guarantees['monotonic-reads'].valid).toBe(true);
  });

  it('does not oblige a process to see its write that was not acknowledged, or that failed', () => {
    const script = new Script().did(1, 'write', 1, 1, x).invoke(0, 'write', 2, x).info(0).did(0, 'read', null, 1, x);
    script.invoke(0, 'write', 3, x).fail(0).did(0, 'read', null, 1, x).did(1, 'read', null, 2, x);
    expect(checkSessions(script.history()).guarantees['read-your-writes'].valid).toBe(true);
  });

  it('compares a successful cas like a read', () => {
    const script = new Script().did(0, 'write', 1, 1, x).did(0, 'write', 2, 2, x).did(0, 'cas', [1, 3], [1, 3], x);
    expect(checkSessions(script.history()).guarantees['read-your-writes']).toMatchObject({
      valid: false,
      violations: 1,
    });
  });
});

describe('values that say nothing', () => {
  it('are those written more than once: what reads them is not judged', () => {
    const script = new Script()
      .did(0, 'write', 1, 1, x)
      .did(0, 'write', 2, 2, x)
      .did(1, 'write', 1, 1, x)
      .did(0, 'read', null, 1, x)
      .did(0, 'read', null, 2, x);
    const { guarantees } = checkSessions(script.history());
    for (const name of GUARANTEES) {
      expect(guarantees[name]).toMatchObject({
        valid: 'unknown',
        reason:
          '1 read could not be judged: 1 was written more than once to key x, so nobody can tell which write a read of it saw',
      });
    }
    // What can be judged still is.
    const broken = checkSessions(script.did(2, 'read', null, 2, x).did(2, 'read', null, null, x).history());
    expect(broken.guarantees['monotonic-reads'].valid).toBe(false);
    expect(broken.guarantees['read-your-writes'].valid).toBe('unknown');
  });

  it('are the initial value where it is written again', () => {
    const script = new Script().did(0, 'write', 0, 0, x).did(0, 'read', null, 0, x);
    expect(checkSessions(script.history(), { initial: 0 }).guarantees['read-your-writes']).toMatchObject({
      valid: 'unknown',
      reason:
        '1 read could not be judged: 0, which is also the initial value, was written again to key x, so nobody can tell which write a read of it saw',
    });
    expect(checkSessions(script.history()).guarantees['read-your-writes'].valid).toBe(true);
  });

  it.each([
    [
      'never written',
      'unwritten-value',
      new Script().did(0, 'write', 1, 1, x).did(1, 'read', null, 7, x),
      'Process 1 on n2 read 7 from x at 0.003 s, but nobody ever wrote 7 to x.',
    ],
    [
      'written only by what failed',
      'aborted-read',
      new Script().invoke(0, 'write', 7, x).fail(0).did(1, 'read', null, 7, x),
      'Process 1 on n2 read 7 from x at 0.003 s, but only the write of 7 to x by process 0 on n1 had tried to write that, and it failed, at 0.001 s.',
    ],
    [
      'written later',
      'future-read',
      new Script().did(1, 'read', null, 7, x).did(0, 'write', 7, 7, x),
      'Process 1 on n2 read 7 from x at 0.001 s, before the write of 7 to x by process 0 on n1 was invoked, at 0.002 s.',
    ],
  ])('are those %s: then no guarantee holds', (_, name, script, message) => {
    const result = checkSessions(script.history());
    expect(result.impossible).toMatchObject({ violations: 1, anomaly: { name, message, key: 'x' } });
    for (const guarantee of GUARANTEES) {
      expect(result.guarantees[guarantee]).toMatchObject({
        valid: false,
        violations: 0,
        reason: '1 read returned what was never written, or not yet',
      });
    }
  });
});

const CHANGES: Record<string, (events: readonly HistoryEvent[], random: Random) => HistoryEvent[]> = {
  'shuffling the numbers of processes': (events, random) => {
    const processes = [...new Set(events.map(({ process }) => process))];
    const shuffled = random.shuffle(processes);
    return events.map((event) => ({ ...event, process: shuffled[processes.indexOf(event.process)]! }));
  },
  'renaming keys and values': (events) => {
    const rename = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(rename) : typeof value === 'number' ? `v${value}` : value;
    return events.map((event) => ({ ...event, key: `other-${event.key}`, value: rename(event.value) }));
  },
  'adding a pending read and a pending write of a new value': (events) => {
    const last = events.at(-1)!;
    const extra = { ...last, type: 'invoke' as const };
    return [
      { ...extra, process: 998, f: 'read', value: null, time: 0 },
      { ...extra, process: 999, f: 'write', value: 'new', time: 0 },
      ...events,
    ].map((event, index) => ({ ...event, index }));
  },
  'moving all times': (events) => events.map((event) => ({ ...event, time: event.time * 2 + 1e9 })),
};

describe('what must not change a verdict on sessions', () => {
  it.each(Object.keys(CHANGES))('%s', (name) => {
    let broken = 0;
    for (let seed = 0; seed < 150; seed++) {
      const random = createRandom(seed, name);
      const history = randomReplicas(random, randomShape(random));
      const events = Array.from({ length: history.length }, (_, row) => history.event(row));
      const before = violations(checkSessions(history));
      expect(violations(checkSessions(historyOf(CHANGES[name]!(events, random)))), `seed ${seed}`).toEqual(before);
      if (Object.values(before).some((count) => count > 0)) broken++;
    }
    expect(broken).toBeGreaterThan(20);
  });
});

describe('sessions', () => {
  it('checks the guarantees that the plan names', () => {
    const { script } = LIES['monotonic-reads'];
    expect(names(judge(sessions, script))).toEqual(['monotonic-reads']);
    expect(judge(sessions, script)).toMatchObject({
      valid: false,
      reason: 'a process read a value that is older than one that it had read before (1 read)',
      details: {
        operations: 4,
        reads: 2,
        impossible: 0,
        guarantees: {
          'read-your-writes': { valid: true, violations: 0 },
          'monotonic-reads': { valid: false, violations: 1 },
        },
      },
    });
    const others = { guarantees: ['writes-follow-reads', 'read-your-writes'] };
    expect(judge(sessions, script, { with: others })).toMatchObject({
      valid: true,
      anomalies: [],
      reason: 'read-your-writes, writes-follow-reads hold for 2 reads',
    });
  });

  it('is invalid where one guarantee is broken and another unknown', () => {
    const { script } = LIES['monotonic-writes'];
    const mixed = historyOf(
      [
        ...script.events,
        ...new Script().did(7, 'write', 1, 1, y).did(7, 'write', 1, 1, y).did(7, 'read', null, 1, y).events,
      ].map((event, index) => ({ ...event, index, time: index })),
    );
    expect(judge(sessions, mixed)).toMatchObject({
      valid: false,
      details: { guarantees: { 'read-your-writes': { valid: 'unknown' }, 'monotonic-writes': { valid: false } } },
    });
  });

  it('reports an impossible read once', () => {
    const verdict = judge(sessions, new Script().did(1, 'read', null, 7, x));
    expect(names(verdict)).toEqual(['unwritten-value']);
    expect(verdict).toMatchObject({ valid: false, reason: '1 read returned what was never written, or not yet' });
  });

  it('knows nothing without reads, and where it is stopped', () => {
    expect(judge(sessions, new Script().did(0, 'write', 1))).toMatchObject({
      valid: 'unknown',
      reason: 'no read succeeded',
    });
    const stopped = judge(sessions, LIES['read-your-writes'].script, { cancelled: () => true });
    expect(stopped).toMatchObject({
      valid: 'unknown',
      anomalies: [],
      reason: 'the check was stopped before it was done',
    });
  });

  it('lets null reads match anything if asked', () => {
    const { script } = LIES['monotonic-writes'];
    expect(judge(sessions, script, { with: { 'nil-matches-any': true } }).valid).toBe(true);
  });
});
