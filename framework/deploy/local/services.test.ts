import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../../contracts/message.js';
import { createRandom } from '../../time/random.js';
import { LastWriteWinsStore, LinearizableStore, SERVICES, SequentialStore, type Service } from './services.js';

const read = (key: unknown): Body => ({ type: 'read', key });
const write = (key: unknown, value: unknown): Body => ({ type: 'write', key, value });
const cas = (key: unknown, from: unknown, to: unknown, create = false): Body => ({
  type: 'cas',
  key,
  from,
  to,
  ...(create ? { create_if_not_exists: true } : {}),
});

describe('every store', () => {
  it.each(['lin-kv', 'seq-kv', 'lww-kv'])('%s speaks the protocol', (name) => {
    const store = SERVICES[name]!(createRandom(1, name));
    expect(store.handle('n1', read('x'))).toMatchObject({ type: 'error', code: 20 });
    expect(store.handle('n1', cas('x', 1, 2))).toMatchObject({ type: 'error', code: 20 });
    expect(store.handle('n1', { type: 'read' })).toMatchObject({ type: 'error', code: 12 });
    expect(store.handle('n1', { type: 'write', key: 'x' })).toMatchObject({ type: 'error', code: 12 });
    expect(store.handle('n1', { type: 'drop', key: 'x' })).toMatchObject({ type: 'error', code: 10 });
    expect(store.handle('n1', write('x', 1))).toEqual({ type: 'write_ok' });
    expect(store.handle('n1', cas('y', null, 1, true))).toEqual({ type: 'cas_ok' });
  });

  it.each(['lin-kv', 'seq-kv'])('%s compares values as JSON, keys too', (name) => {
    const store = SERVICES[name]!(createRandom(1, name));
    store.handle('n1', write(['k', 1], { a: [1, null] }));
    expect(store.handle('n1', cas(['k', 1], { a: [1, 2] }, 0))).toMatchObject({ type: 'error', code: 22 });
    expect(store.handle('n1', cas(['k', 1], { a: [1, null] }, 0))).toEqual({ type: 'cas_ok' });
    expect(store.handle('n1', read(['k', 1]))).toEqual({ type: 'read_ok', value: 0 });
    expect(store.handle('n1', write('__proto__', 7))).toEqual({ type: 'write_ok' });
    expect(store.handle('n1', read('__proto__'))).toEqual({ type: 'read_ok', value: 7 });
  });
});

it('lin-kv always serves the newest value', () => {
  const store = new LinearizableStore();
  for (let i = 0; i < 100; i++) {
    store.handle('n1', write('x', i));
    expect(store.handle('n2', read('x'))).toEqual({ type: 'read_ok', value: i });
  }
});

describe('seq-kv', () => {
  it('never goes back for one client, over all keys, and shows it its own writes', () => {
    const step = fc.record({
      client: fc.constantFrom('n1', 'n2', 'n3'),
      key: fc.constantFrom('x', 'y'),
      writes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(), (steps, seed) => {
        const store = new SequentialStore(createRandom(seed, 'seq'));
        // Versions count over both keys, so a state is known by the newest version in it.
        let version = 0;
        const versions: { key: string; version: number }[] = [];
        const seen = new Map<string, number>();
        for (const { client, key, writes } of steps) {
          if (writes) {
            store.handle(client, write(key, ++version));
            versions.push({ key, version });
            seen.set(client, version);
            continue;
          }
          const reply = store.handle(client, read(key));
          const value = (reply['value'] as number | undefined) ?? 0;
          // The newest version of this key that the client must know of.
          const floor = seen.get(client) ?? 0;
          const known = versions.filter((one) => one.key === key && one.version <= floor).at(-1)?.version ?? 0;
          expect(value).toBeGreaterThanOrEqual(known);
          seen.set(client, Math.max(floor, value));
        }
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it('shows another client the past now and then, and the present in the end', () => {
    const store = new SequentialStore(createRandom(1, 'seq'));
    let stale = 0;
    for (let i = 0; i < 200; i++) {
      store.handle('writer', write('x', i));
      if (store.handle('reader', read('x'))['value'] !== i) stale++;
    }
    expect(stale).toBeGreaterThan(50);
    const last = Array.from({ length: 100 }, () => store.handle('reader', read('x'))['value']);
    expect(last.at(-1)).toBe(199);
  });

  it('lets exactly one of two increments by compare-and-set win', () => {
    const store = new SequentialStore(createRandom(1, 'seq'));
    store.handle('a', write('x', 0));
    expect(store.handle('a', cas('x', 0, 1))).toEqual({ type: 'cas_ok' });
    expect(store.handle('b', cas('x', 0, 2))).toMatchObject({ code: 22 });
  });
});

describe('lww-kv', () => {
  const settle = (store: Service) => {
    for (let i = 0; i < 200; i++) store.handle('n9', read('other'));
    return new Set(Array.from({ length: 30 }, () => store.handle('n9', read('x'))['value']));
  };

  it('converges to one value', () => {
    const store = new LastWriteWinsStore(createRandom(1, 'lww'));
    for (let i = 0; i < 50; i++) store.handle('n1', write('x', i));
    expect(settle(store).size).toBe(1);
  });

  it('loses acknowledged writes: an earlier one may win', () => {
    const winners = Array.from({ length: 40 }, (_, seed) => {
      const store = new LastWriteWinsStore(createRandom(seed, 'lww'));
      store.handle('n1', write('x', 'first'));
      store.handle('n1', write('x', 'second'));
      return [...settle(store)][0];
    });
    expect(winners).toContain('first');
    expect(winners).toContain('second');
  });
});

it('lin-tso never repeats a time stamp', () => {
  const oracle = SERVICES['lin-tso']!(createRandom(1, 'tso'));
  const stamps = Array.from({ length: 10 }, (_, i) => oracle.handle(`n${i}`, { type: 'ts' })['ts'] as number);
  expect(stamps).toEqual([...stamps].sort((one, other) => one - other));
  expect(new Set(stamps).size).toBe(10);
  expect(oracle.handle('n1', { type: 'read', key: 'x' })).toMatchObject({ code: 10 });
});
