import { describe, expect, it } from 'vitest';
import { registerHistory } from '../../bench/histories/registers.js';
import { createRandom } from '../../framework/time/random.js';
import { judge, names, Script } from '../testing/script.js';
import { checkLinearizable } from './check.js';
import linearizable from './index.js';
import { casRegister } from './models/cas-register.js';

const load = { operations: 400, clients: 12, values: 3, reads: 0.5, cas: 0.2, crashed: 0.1, lie: null };

/**
 * Hard for the search: every order of the compare-and-sets among 0 to 4 has to be tried before it is clear that none of them
 * leads to 8 or 9, which are left by each other alone.
 */
function hard(): Script {
  const script = new Script();
  const edges: [number, number][] = [];
  for (let from = 0; from < 5; from++) for (const by of [1, 2, 3]) edges.push([from, (from + by) % 5]);
  edges.push([8, 9], [9, 8]);
  for (const [process, edge] of edges.entries()) script.invoke(process, 'cas', edge);
  for (let process = edges.length - 1; process >= 0; process--) script.ok(process);
  return script;
}

describe('linearizable', () => {
  it('judges each key by itself and explains the first violation of each, the earliest first', () => {
    const script = new Script();
    for (let key = 0; key < 13; key++) script.did(0, 'write', 1, 1, { key: `k${key}` });
    for (let key = 12; key >= 0; key--) {
      if (key !== 5) script.did(1, 'read', null, 7, { key: `k${key}` }).did(1, 'read', null, 8, { key: `k${key}` });
    }
    const verdict = judge(linearizable, script);
    expect(verdict).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/^12 of 13 keys cannot be put in order; the first 10 are explained; broken, too: /),
      details: { model: 'cas-register', operations: 37, keys: { judged: 13, valid: 1, invalid: 12, unknown: 0 } },
    });
    expect(verdict.anomalies.map(({ key }) => key)).toEqual([12, 11, 10, 9, 8, 7, 6, 4, 3, 2].map((key) => `k${key}`));
    expect(new Set(names(verdict))).toEqual(new Set(['unwritten-value']));
  });

  it('says which monitor or search judged the keys, and why', () => {
    const script = new Script()
      .did(0, 'write', 1, 1, { key: 'once' })
      .did(0, 'write', 1, 1, { key: 'twice' })
      .did(0, 'write', 1, 1, { key: 'twice' });
    expect(judge(linearizable, script)).toMatchObject({
      valid: true,
      reason: '3 operations on 2 keys can be put in order as a cas-register',
      details: {
        algorithms: { 'zones: every value is written once': 1, 'search: a value is written more than once': 1 },
        byKey: [
          { key: 'once', valid: true, algorithm: 'zones', operations: 1, completed: 1, placed: 1, configurations: 0 },
          { key: 'twice', valid: true, algorithm: 'search', operations: 2, completed: 2, placed: 2, configurations: 2 },
        ],
      },
    });
  });

  it('takes the initial value and lets null reads match anything if asked', () => {
    const script = new Script().did(0, 'read', null, null).did(1, 'cas', [0, 1]).did(1, 'read', null, 1);
    expect(judge(linearizable, script).valid).toBe(false);
    expect(judge(linearizable, script, { with: { initial: 0 } }).valid).toBe(false);
    expect(judge(linearizable, script, { with: { initial: 0, 'nil-matches-any': true } }).valid).toBe(true);
  });

  it('gives up at its budget and says on what key, how far it came and what to try', () => {
    const verdict = judge(linearizable, hard(), { with: { initial: 0, budget: 1000 } });
    expect(verdict).toMatchObject({ valid: 'unknown', anomalies: [] });
    expect(verdict.reason).toMatch(
      /^the history was not judged to the end: its budget of configurations ran out after 1000 configurations, with 0 of 17 completed operations put in order, up to 0.017 s; try a larger budget, more keys/,
    );
    expect(verdict.details).toMatchObject({ configurations: 1000, keys: { unknown: 1 } });
  });

  it('finds the answer with more', () => {
    const verdict = judge(linearizable, hard(), { with: { initial: 0 } });
    expect(names(verdict)).toEqual(['not-linearizable']);
    expect(verdict.details!['configurations']).toBeGreaterThan(1000);
  });

  it('gives up when it is asked to stop, and when its time is over', () => {
    expect(judge(linearizable, hard(), { with: { initial: 0 }, cancelled: () => true })).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('it was asked to stop'),
    });
    let now = 0;
    const late = checkLinearizable(judgeless(hard()), { initial: 0, maxTime: 1, elapsed: () => now++ });
    expect(late).toMatchObject({ valid: 'unknown', keys: [{ ended: 'time' }] });
  });

  it('gives up when memory is short rather than take more', () => {
    const history = registerHistory(createRandom(3, 'memory'), { ...load, operations: 4000, lie: 0.9 });
    const starved = checkLinearizable(history, { monitors: false, memory: 1000, budget: 300_000 });
    expect(starved.valid).not.toBe(true);
    expect(['memory', 'configurations', null]).toContain(starved.keys[0]!.ended);
  });

  it('refuses what the model cannot judge', () => {
    expect(() => judge(linearizable, new Script().did(0, 'push', 1))).toThrow(
      'the model cas-register has no function push (operation 0 of the history)',
    );
    expect(() => judge(linearizable, new Script().did(0, 'cas', 1))).toThrow('a cas takes [from, to], not 1');
    expect(() => judge(linearizable, new Script().did(0, 'cas', [1, 2]), { with: { model: 'register' } })).toThrow(
      'the model register has no function cas',
    );
    expect(() => checkLinearizable(judgeless(new Script()), { model: 'heap' })).toThrow('there is no model heap');
  });

  it('accepts a history without operations', () => {
    expect(judge(linearizable, new Script())).toMatchObject({ valid: true });
  });
});

describe('effort', () => {
  const counted = (name: string, change: object) => {
    const history = registerHistory(createRandom(1, name), { ...load, operations: 10_000, clients: 10, ...change });
    return checkLinearizable(history);
  };

  // Counts of configurations are deterministic, and what time follows from.
  it('judges 10,000 operations of 10 clients in about one configuration each', () => {
    expect(counted('good', { values: 5, crashed: 0 })).toMatchObject({ valid: true });
    expect(counted('good', { values: 5, crashed: 0 }).configurations).toBeLessThan(10_000);
    expect(counted('crashed', { values: 5, crashed: 0.01 }).configurations).toBeLessThan(10_000);
    const bad = counted('bad', { values: 5, crashed: 0.01, lie: 0.9 });
    expect(bad).toMatchObject({ valid: false, anomalies: [{ name: 'stale-read' }] });
    expect(bad.configurations).toBeLessThan(10_000);
  });

  it('needs no search where values are distinct', () => {
    for (const lie of [null, 0.9]) {
      const result = counted('distinct', { values: null, crashed: 0.01, lie });
      expect(result).toMatchObject({ valid: lie === null, configurations: 0, keys: [{ algorithm: 'zones' }] });
    }
  });

  it('judges a hundred short histories with many pending operations in a few configurations each', () => {
    let configurations = 0;
    const verdicts = new Set<unknown>();
    for (let seed = 0; seed < 102; seed++) {
      const lie = seed % 4 === 0 ? null : 0.6;
      const shape = { operations: 84, clients: 5, values: 4, reads: 0.4, cas: 0.3, crashed: 0.15, lie };
      const result = checkLinearizable(registerHistory(createRandom(seed, 'short'), shape));
      configurations += result.configurations;
      verdicts.add(result.valid);
    }
    expect(verdicts).toEqual(new Set([true, false]));
    expect(configurations).toBeLessThan(5000);
  });

  it('stays correct with hundreds of pending and of concurrent operations', () => {
    const pending = new Script();
    for (let process = 0; process < 150; process++) pending.invoke(process, 'write', process % 3);
    for (let turn = 0; turn < 150; turn++) pending.did(200, 'read', null, turn % 3);
    expect(checkLinearizable(judgeless(pending)).valid).toBe(true);
    // One more change of the value than there are writes.
    pending.did(200, 'read', null, 0).did(200, 'read', null, 1).did(200, 'read', null, 0);
    expect(checkLinearizable(judgeless(pending))).toMatchObject({ valid: false });
    const concurrent = new Script();
    for (let process = 0; process < 90; process++)
      concurrent.invoke(process, 'cas', [process % 45, (process + 1) % 45]);
    for (let process = 0; process < 90; process++) concurrent.ok(process);
    expect(checkLinearizable(judgeless(concurrent), { initial: 0 }).valid).toBe(true);
    expect(checkLinearizable(judgeless(concurrent), { initial: 45 }).valid).toBe(false);
  });

  it('is deterministic', () => {
    const history = () => registerHistory(createRandom(9, 'again'), { ...load, lie: 0.7 });
    expect(checkLinearizable(history())).toEqual(checkLinearizable(history()));
  });

  it('takes any model, also one without values', () => {
    const { cell: _, ...general } = casRegister;
    const history = registerHistory(createRandom(2, 'general'), load);
    expect(checkLinearizable(history, { model: general })).toMatchObject({
      valid: true,
      keys: [{ algorithm: 'search', why: 'there is no monitor for the model cas-register' }],
    });
  });
});

function judgeless(script: Script) {
  return script.history();
}
