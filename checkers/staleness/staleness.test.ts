import { describe, expect, it } from 'vitest';
import { registerHistory } from '../../bench/histories/registers.js';
import type { History } from '../../framework/contracts/history.js';
import type { Random } from '../../framework/contracts/random.js';
import { createRandom } from '../../framework/time/random.js';
import { registerOperations } from '../sequential/operations.js';
import { randomReplicas } from '../sessions/testing/random-replicas.js';
import { judge, names, Script } from '../testing/script.js';
import { agesOf } from './ages.js';
import staleness from './index.js';

const x = { key: 'x' };

/** 1 is written until 0.001 s, 2 from 1.000 s to 1.001 s. */
const twoWrites = () => new Script().did(0, 'write', 1, 1, x).at(1000).did(0, 'write', 2, 2, x);

const ages = (history: History) => [...agesOf(registerOperations(history)).age].map((age) => age / 1_000_000);

describe('staleness', () => {
  it('measures how long what a read returned had been overwritten', () => {
    const script = twoWrites().at(1500).did(1, 'read', null, 1, x).at(3001).did(1, 'read', null, 1, x);
    script.did(2, 'read', null, 2, x).at(4001).did(2, 'read', null, null, x);
    expect(ages(script.history())).toEqual([499, 2000, 0, 4000]);
    expect(judge(staleness, script)).toMatchObject({
      valid: true,
      reason: '3 of 4 reads were old, the oldest by 4000 ms',
      details: { reads: 4, old: 3, age: { median: 499, max: 4000 }, ageOfOld: { min: 499, median: 2000 } },
    });
  });

  it('finds reads that are older than is allowed, the oldest first', () => {
    const script = twoWrites().at(1500).did(1, 'read', null, 1, x).at(3001).did(1, 'read', null, 1, x);
    const verdict = judge(staleness, script, { with: { 'at-most': 400 } });
    expect(names(verdict)).toEqual(['too-stale', 'too-stale']);
    expect(verdict.anomalies[0]).toEqual({
      name: 'too-stale',
      message:
        'Process 1 on n2 read 1 from x, asked at 3.001 s: 1 had certainly been overwritten for 2 s, by the write of 2 to x by process 0 on n1, acknowledged at 1.001 s; 400 ms were allowed.',
      operations: [0, 2, 6],
      key: 'x',
      evidence: { age: 2_000_000_000, overwritten: 2 },
    });
    expect(judge(staleness, script, { with: { 'at-most': 2000 } }).valid).toBe(true);
  });

  it('does not call old what a write that was under way may not have overwritten', () => {
    const overlap = new Script().invoke(0, 'write', 1, x).invoke(1, 'write', 2, x).ok(0).ok(1).at(500);
    expect(ages(overlap.did(2, 'read', null, 1, x).history())).toEqual([0]);
    const doubtful = new Script().did(0, 'write', 1, 1, x).invoke(1, 'write', 2, x).info(1).at(500);
    expect(ages(doubtful.did(2, 'read', null, 1, x).history())).toEqual([0]);
    const running = new Script().did(0, 'write', 1, 1, x).invoke(2, 'read', null, x).did(0, 'write', 2, 2, x).ok(2, 1);
    expect(ages(running.history())).toEqual([0]);
  });

  it('counts a write in doubt as there once it was read, and a value that a cas replaced as overwritten', () => {
    const doubtful = new Script().invoke(0, 'write', 1, x).info(0).did(1, 'read', null, 1, x).did(2, 'write', 2, 2, x);
    expect(ages(doubtful.at(105).did(1, 'read', null, 1, x).history())).toEqual([0, 100]);
    const cas = new Script().invoke(0, 'write', 1, x).invoke(1, 'cas', [1, 2], x).ok(1).ok(0).at(102);
    expect(ages(cas.did(2, 'read', null, 1, x).history())).toEqual([100]);
  });

  it('keeps keys apart', () => {
    const script = new Script().did(0, 'write', 1, 1, x).did(0, 'write', 2, 2, { key: 'y' }).at(100);
    expect(ages(script.did(0, 'read', null, 1, x).did(0, 'read', null, null, { key: 'z' }).history())).toEqual([0, 0]);
  });

  it('leaves out values that say nothing', () => {
    const twice = twoWrites().did(0, 'write', 1, 1, x).did(1, 'read', null, 1, x);
    expect(judge(staleness, twice)).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('1 read could not be judged: 1 was written more than once to key x'),
    });
    const mixed = twice.did(1, 'read', null, 2, x);
    expect(judge(staleness, mixed)).toMatchObject({ valid: true, details: { reads: 1, unjudged: 1 } });
    expect(judge(staleness, mixed, { with: { 'at-most': 1000 } }).valid).toBe('unknown');
    const never = twoWrites().did(1, 'read', null, 7, x);
    expect(judge(staleness, never)).toMatchObject({ valid: 'unknown', details: { reads: 0, unjudged: 1 } });
    expect(judge(staleness, twoWrites())).toMatchObject({ valid: 'unknown', reason: 'no read succeeded' });
    expect(judge(staleness, mixed, { cancelled: () => true })).toMatchObject({ valid: 'unknown', anomalies: [] });
  });

  it('takes another initial value', () => {
    const script = new Script().did(0, 'write', 1, 1, x).at(101).did(0, 'read', null, 0, x);
    expect(judge(staleness, script, { with: { initial: 0 } })).toMatchObject({
      valid: true,
      details: { age: { max: 100 } },
    });
  });
});

/** The definition, word by word. Milliseconds of each read, null where it cannot be judged. */
function byDefinition(history: History): (number | null)[] {
  const operations = [...history.operations()].filter(({ outcome }) => outcome !== 'fail');
  const written = ({ f, asked }: (typeof operations)[number]) =>
    f === 'write' ? asked : f === 'cas' ? (asked as unknown[])[1] : undefined;
  const read = ({ f, asked, value, outcome }: (typeof operations)[number]) =>
    outcome !== 'ok' || f === 'write' ? undefined : f === 'read' ? value : (asked as unknown[])[0];
  const acknowledged = operations.filter((one) => one.outcome === 'ok' && written(one) !== undefined);
  return operations
    .filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
    .map((r) => {
      const same = operations.filter(({ key }) => key === r.key);
      const shown = same.filter((one) => one.outcome === 'ok' && (read(one) === r.value || written(one) === r.value));
      const there = r.value === null ? -1 : Math.min(...shown.map(({ end }) => end));
      const over = acknowledged
        .filter(({ key }) => key === r.key)
        .filter((w) => w.index > there || (w.f === 'cas' && read(w) === r.value))
        .filter(({ end }) => end < r.index);
      return Math.max(0, ...over.map(({ completed }) => (r.invoked - completed!) / 1_000_000));
    });
}

function shapeOf(random: Random) {
  return {
    processes: 2 + random.int(4),
    operations: 4 + random.int(30),
    keys: 1 + random.int(3),
    mix: random.pick<[number, number, number]>([
      [3, 2, 0],
      [3, 2, 2],
    ]),
    stale: random.pick([0, 0.2, 0.5]),
    pending: random.pick([0, 0.1, 0.3]),
  };
}

describe('ages', () => {
  it('agree with the definition', () => {
    let old = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const random = createRandom(seed, 'ages');
      const history = randomReplicas(random, shapeOf(random));
      const expected = byDefinition(history);
      expect(ages(history), `seed ${seed}`).toEqual(expected);
      old += expected.filter((age) => age! > 0).length;
    }
    expect(old).toBeGreaterThan(1000);
  });

  it('are all zero in a linearizable history', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = createRandom(seed, 'linearizable');
      const load = { operations: 500, clients: 2 + random.int(12), values: null, reads: 0.5, cas: 0.2, lie: null };
      const history = registerHistory(random, { ...load, crashed: random.pick([0, 0.05]), keys: 1 + random.int(4) });
      const found = ages(history);
      expect(found.length).toBeGreaterThan(100);
      expect(Math.max(...found), `seed ${seed}`).toBe(0);
    }
  });
});
