import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, KeyValue, OK, OUTDATED } from '../shared/key-value.js';
import { parseRequest } from '../shared/requests.js';
import { bugs, leaseLength, validate } from './options.js';
import { DEFAULTS } from './testing/bench.js';
import { Voters } from './voters.js';

describe('voters', () => {
  it('know what a majority has reached', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 }), (values) => {
        const ids = values.map((_, i) => `n${i}`);
        const voters = new Voters({ members: ids, next: null, asked: [] }, 'n0');
        const quorum = Math.floor(ids.length / 2) + 1;
        const reached = voters.reached(Float64Array.from(values));
        expect(values.filter((v) => v >= reached).length).toBeGreaterThanOrEqual(quorum);
        expect(values.filter((v) => v > reached).length).toBeLessThan(quorum);
      }),
      { seed: 1 },
    );
  });
});

describe('the state machine', () => {
  const write = (client: string, id: number, value: unknown): Command => ({ op: 'write', key: 'k', client, id, value });
  const cas = (client: string, id: number, from: unknown, to: unknown): Command => ({
    op: 'cas',
    key: 'k',
    client,
    id,
    from,
    to,
  });

  it('does a command once, and answers it again as before', () => {
    const store = new KeyValue(10);
    expect(store.apply(cas('a', 1, 0, 1), 1)).toBe(20);
    expect(store.apply(write('b', 1, 0), 2)).toBe(OK);
    expect(store.apply(cas('a', 1, 0, 1), 3)).toBe(20);
    expect(store.apply(cas('a', 2, 0, 1), 4)).toBe(OK);
    expect(store.apply(cas('a', 2, 0, 1), 5)).toBe(OK);
    expect(store.apply(cas('a', 3, 0, 2), 6)).toBe(22);
    expect(store.apply(cas('a', 2, 1, 9), 7)).toBe(OUTDATED);
    expect(store.get('k')).toBe(1);
  });

  it('compares values as JSON, and tells the key 1 from the key "1"', () => {
    const store = new KeyValue(10);
    store.apply(write('a', 1, { x: [1] }), 1);
    expect(store.apply(cas('a', 2, { x: [1] }, null), 2)).toBe(OK);
    expect(store.get('k')).toBeNull();
    store.apply({ op: 'write', key: 1, client: 'a', id: 3, value: 'number' }, 3);
    expect([store.get(1), store.get('1'), store.get('__proto__')]).toEqual(['number', undefined, undefined]);
  });

  it('forgets the clients that were idle longest, as a function of the log', () => {
    const [one, two] = [new KeyValue(8), new KeyValue(8)];
    const apply = (store: KeyValue, from: number, to: number) => {
      for (let i = from; i <= to; i++) store.apply(write(`c${i % 11}`, i, i), i);
    };
    apply(one, 1, 50);
    apply(two, 1, 30);
    const late = new KeyValue(8);
    late.restore(two.snapshot());
    apply(late, 31, 50);
    const sorted = (store: KeyValue) =>
      store
        .snapshot()
        .map((item) => JSON.stringify(item))
        .sort();
    expect(sorted(late)).toEqual(sorted(one));
    expect(one.snapshot().length).toBeLessThanOrEqual(9);
  });

  it('ignores what is no item of a snapshot', () => {
    const store = new KeyValue(8);
    store.restore([null, 1, 'x', [], ['what'], ['key', 'k', 5]]);
    expect(store.get('k')).toBe(5);
  });
});

describe('requests and options', () => {
  it('are read, or refused with a reason', () => {
    expect(parseRequest({ type: 'read', msg_id: 1, key: 2 })).toEqual({ op: 'read', id: 1, key: 2 });
    expect(parseRequest({ type: 'write', msg_id: 1, key: 2, value: null })).toMatchObject({ value: null });
    for (const bad of [null, 7, {}, { type: 'read', msg_id: 1 }, { type: 'cas', msg_id: 1, key: 1, from: 1 }]) {
      expect(typeof parseRequest(bad)).toBe('string');
    }
  });

  it('a lease is as long as two clocks that drift apart allow', () => {
    expect(leaseLength({ ...DEFAULTS, 'max-drift': 0.5 })).toBeCloseTo(300 / 2.25);
    expect(leaseLength({ ...DEFAULTS, bug: 'lease-ignores-drift' })).toBe(300);
  });

  it('that cannot work are refused', () => {
    expect(validate(DEFAULTS)).toEqual([]);
    expect(validate({ ...DEFAULTS, heartbeat: 200 })).toHaveLength(1);
    expect(validate({ ...DEFAULTS, heartbeat: 0 })).toEqual(['heartbeat must be longer than 0ms']);
    expect(validate({ ...DEFAULTS, cluster: '' })).toEqual(['cluster: a name must not be empty']);
    expect(validate({ ...DEFAULTS, bug: 'lease-ignores-drift' })).toHaveLength(1);
    expect(Object.keys(bugs)).toHaveLength(8);
  });
});
