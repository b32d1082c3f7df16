import { describe, expect, it } from 'vitest';
import { type Defined, KIND } from '../framework/contracts/define.js';
import type { Body } from '../framework/contracts/message.js';
import type { AnyWorkload } from '../framework/contracts/workload.js';
import orSet from './or-set.js';
import { type Done, drive } from './testing/drive.js';

/** A set that all nodes share. */
function store(): (body: Body) => Body {
  const set = new Set<unknown>();
  return ({ type, element }) => {
    if (type === 'read') return { type: 'read_ok', value: [...set] };
    if (type === 'add') set.add(element);
    else set.delete(element);
    return { type: `${type}_ok` };
  };
}

const of = (done: Done[], f: string) => done.filter(({ invocation }) => invocation.f === f);
const elements = (done: Done[]) => done.map(({ invocation }) => invocation.value as number);

describe('or-set', () => {
  it('is complete', () => {
    expect((orSet as Defined<AnyWorkload>)[KIND]).toBe('workload');
    expect(orSet.checks).toEqual([{ use: 'or-set' }]);
    expect(orSet.reads.every((f) => f in orSet.rpc)).toBe(true);
  });

  it('adds fresh elements, adds some again, and removes what was added', () => {
    const { load, final } = drive(orSet, store(), { operations: 10_000 });
    const added = elements(of(load, 'add'));
    const fresh = new Set(added);
    expect(added.length / load.length).toBeGreaterThan(0.4);
    expect(fresh.size / added.length).toBeCloseTo(0.8, 1);
    const removed = elements(of(load, 'remove'));
    expect(removed.length / load.length).toBeGreaterThan(0.25);
    expect(removed.every((element) => fresh.has(element))).toBe(true);
    expect(of(load, 'read').length / load.length).toBeCloseTo(0.18, 1);
    expect(final.map(({ invocation }) => invocation.f)).toEqual(['read', 'read', 'read']);
  });

  it('removes only what its own process has added or seen', () => {
    const { load } = drive(orSet, store(), { operations: 3000, clients: 1 });
    const seen = new Set<unknown>();
    for (const { invocation, completion } of load) {
      if (invocation.f === 'add') seen.add(invocation.value);
      if (invocation.f === 'remove') expect(seen.has(invocation.value)).toBe(true);
      if (invocation.f === 'read') for (const element of completion.value as unknown[]) seen.add(element);
    }
  });

  it('knows nothing of an add that was not acknowledged', () => {
    const refuse = ({ type }: Body): Body =>
      type === 'read' ? { type: 'read_ok', value: [] } : { type: 'error', code: 11 };
    const { load } = drive(orSet, refuse, { operations: 500 });
    expect(of(load, 'remove')).toEqual([]);
    expect(of(load, 'add').length).toBeGreaterThan(300);
  });

  it('leaves out what the mix leaves out', () => {
    const { load } = drive(orSet, store(), { with: { mix: { add: 1, read: 1 } } });
    expect(of(load, 'remove')).toEqual([]);
    const added = elements(of(load, 'add'));
    expect(new Set(added).size).toBe(added.length);
    expect(() => drive(orSet, store(), { with: { mix: { add: 0 } } })).toThrow('weight');
  });

  it('speaks its protocol', () => {
    const { add, remove, read } = orSet.rpc;
    const operation = { f: 'add', value: 7 };
    expect(add!.request(operation)).toEqual({ type: 'add', element: 7 });
    expect(remove!.request({ f: 'remove', value: 7 })).toEqual({ type: 'remove', element: 7 });
    expect(read!.request({ f: 'read', value: null })).toEqual({ type: 'read' });
    expect(add!.result({ type: 'add_ok' }, operation)).toBe(7);
    expect(() => remove!.result({ type: 'add_ok' }, operation)).toThrow('expected a reply of type remove_ok');
    expect(read!.result({ type: 'read_ok', value: [1, 'a'] }, operation)).toEqual([1, 'a']);
    expect(() => read!.result({ type: 'read_ok', value: 1 }, operation)).toThrow('is not an array');
    expect([add, remove, read].map((rpc) => rpc!.readOnly ?? false)).toEqual([false, false, true]);
  });

  it('issues the same operations for the same seed', () => {
    expect(drive(orSet, store(), { seed: 7 })).toEqual(drive(orSet, store(), { seed: 7 }));
    expect(drive(orSet, store(), { seed: 7 })).not.toEqual(drive(orSet, store(), { seed: 8 }));
  });
});
