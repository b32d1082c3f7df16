import { describe, expect, it } from 'vitest';
import type { Body } from '../framework/contracts/message.js';
import register from './register.js';
import { type Done, drive, resolved } from './testing/drive.js';

/** A perfect key-value store that speaks Maelstrom's lin-kv. */
function store(): (body: Body) => Body {
  const values = new Map<unknown, unknown>();
  return (body) => {
    const key = body['key'];
    switch (body.type) {
      case 'read':
        return values.has(key) ? { type: 'read_ok', value: values.get(key) } : { type: 'error', code: 20 };
      case 'write':
        values.set(key, body['value']);
        return { type: 'write_ok' };
      default:
        if (!values.has(key)) return { type: 'error', code: 20 };
        if (values.get(key) !== body['from']) return { type: 'error', code: 22 };
        values.set(key, body['to']);
        return { type: 'cas_ok' };
    }
  };
}

const of = (done: Done[], f: string) => done.filter(({ invocation }) => invocation.f === f);
const ok = (done: Done[]) => done.filter(({ completion }) => completion.type === 'ok');
const written = (done: Done[]) =>
  done.flatMap(({ invocation: { f, value } }) =>
    f === 'write' ? [value] : f === 'cas' ? [(value as unknown[])[1]] : [],
  );

describe('register', () => {
  it('issues functions as the mix says, over all keys', () => {
    const { load } = drive(register, store(), { operations: 10_000 });
    expect(of(load, 'read').length / 10_000).toBeCloseTo(0.5, 1);
    expect(of(load, 'write').length / 10_000).toBeCloseTo(0.4, 1);
    expect(of(load, 'cas').length / 10_000).toBeCloseTo(0.1, 1);
    expect(new Set(load.map(({ invocation }) => invocation.key))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  it.each([
    { mix: { read: 5, write: 4, cas: 1 } },
    { mix: { read: 1, cas: 1 } },
    { mix: { write: 1, cas: 9 } },
    { mix: { cas: 1 } },
    { mix: { read: 1, write: 1, cas: 1 }, keys: 1 },
    { mix: { read: 1, write: 1, cas: 1 }, values: 'few' },
    { mix: { read: 1, write: 1, cas: 1 }, 'key-choice': 'skewed', 'ops-per-key': 50 },
  ])('lets at least one cas in ten succeed without faults: $mix', (options) => {
    for (const seed of [1, 2, 3]) {
      const cas = of(drive(register, store(), { with: options, clients: 20, operations: 5000, seed }).load, 'cas');
      expect(cas.length).toBeGreaterThan(300);
      expect(ok(cas).length / cas.length).toBeGreaterThan(0.1);
    }
  });

  it('writes each value once, cas included', () => {
    const values = written(drive(register, store(), { operations: 5000 }).load);
    expect(new Set(values).size).toBe(values.length);
    expect(values.every(Number.isInteger)).toBe(true);
  });

  it('draws from five values when asked for few', () => {
    const values = written(drive(register, store(), { with: { values: 'few' } }).load);
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  it('writes texts of the asked size, each once', () => {
    const values = written(drive(register, store(), { with: { 'value-size': 256 } }).load) as string[];
    expect(values.every((value) => value.length === 256)).toBe(true);
    expect(new Set(values).size).toBe(values.length);
  });

  it('never issues a function that the mix leaves out', () => {
    const { load } = drive(register, store(), { with: { mix: { read: 1, write: 1 } } });
    expect(of(load, 'cas')).toEqual([]);
    expect(() => drive(register, store(), { with: { mix: { read: 0 } } })).toThrow('weight');
  });

  it('prefers the first keys when skewed', () => {
    const { load } = drive(register, store(), { with: { 'key-choice': 'skewed', keys: 4 }, operations: 10_000 });
    const share = (key: number) => load.filter(({ invocation }) => invocation.key === key).length / 10_000;
    // Weights 1, 1/2, 1/3, 1/4 out of 25/12.
    expect(share(0)).toBeCloseTo(0.48, 1);
    expect(share(3)).toBeCloseTo(0.12, 1);
  });

  it('replaces a key after its share of operations', () => {
    const { load, final } = drive(register, store(), { with: { 'ops-per-key': 25, keys: 3 }, operations: 2000 });
    const counts = new Map<unknown, number>();
    for (const { invocation } of load) counts.set(invocation.key, (counts.get(invocation.key) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBe(25);
    expect(counts.size).toBeGreaterThan(70);
    // The keys in use and the latest of the others, on each of three nodes.
    expect(final.length).toBe(3 * 35);
  });

  it('reads every key on every node in the end', () => {
    const { final } = drive(register, store());
    expect(final.map(({ invocation }) => invocation.key)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(ok(final).length).toBe(final.length);
  });

  it('gives up on a node that answers no final read', () => {
    const options = resolved(register);
    const context = { random: null as never, options, process: 0, thread: 0, clients: 1, nodes: [] };
    const shared = register.shared!({ ...context, options: options as never });
    const reads = register.final!({ ...context, options: options as never, shared });
    let asked = 0;
    for (let step = reads.next(undefined); !step.done; step = reads.next({ type: 'fail', value: null })) asked++;
    expect(asked).toBe(6);
  });

  it('speaks lin-kv', () => {
    const { read, write, cas } = register.rpc;
    const operation = { f: 'cas', key: 3, value: [1, 2] };
    expect(read!.request({ f: 'read', key: 3, value: null })).toEqual({ type: 'read', key: 3 });
    expect(write!.request({ f: 'write', key: 3, value: 1 })).toEqual({ type: 'write', key: 3, value: 1 });
    expect(cas!.request(operation)).toEqual({ type: 'cas', key: 3, from: 1, to: 2 });
    expect(cas!.result({ type: 'cas_ok' }, operation)).toEqual([1, 2]);
    expect(read!.result({ type: 'read_ok', value: null }, operation)).toBe(null);
    expect(read!.answers).toEqual({ 20: null });
    expect([read, write, cas].map((rpc) => rpc!.readOnly ?? false)).toEqual([true, false, false]);
    expect(() => read!.result({ type: 'read_ok' }, operation)).toThrow('the read_ok reply has no field "value"');
    expect(() => write!.result({ type: 'ok' }, operation)).toThrow(
      'expected a reply of type write_ok, got {"type":"ok"}',
    );
  });

  it('issues the same operations for the same seed', () => {
    expect(drive(register, store(), { seed: 7 })).toEqual(drive(register, store(), { seed: 7 }));
    expect(drive(register, store(), { seed: 7 })).not.toEqual(drive(register, store(), { seed: 8 }));
  });
});
