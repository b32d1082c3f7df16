import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Script } from '../../testing/script.js';
import { casRegister } from '../models/cas-register.js';
import { Actions } from '../prepare/actions.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { Cache } from './cache.js';
import { Dependence } from './dependence.js';
import { NONE, PendingSets } from './pending-sets.js';
import { problemOf } from './problem.js';

const plenty = () => ({ bytes: 1 << 24 });
const elements = fc.uniqueArray(fc.nat(30), { maxLength: 12 });
const setOf = (sets: PendingSets, list: readonly number[]) => list.reduce((set, one) => sets.add(set, one), NONE);

describe('PendingSets', () => {
  it('are sets: equal ones have equal numbers, in whatever order they were made', () => {
    const sets = new PendingSets(plenty());
    fc.assert(
      fc.property(elements, elements, (a, b) => {
        const [setA, setB] = [setOf(sets, a), setOf(sets, b)];
        const sorted = (list: readonly number[]) => [...list].sort((x, y) => x - y);
        expect(sets.elements(setA)).toEqual(sorted(a));
        expect(sets.size(setA)).toBe(a.length);
        expect(setOf(sets, sorted(a))).toBe(setA);
        expect(sets.within(setA, setB)).toBe(a.every((one) => b.includes(one)));
        expect(sets.union(setA, setB)).toBe(setOf(sets, [...new Set([...a, ...b])]));
        for (let one = 0; one <= 30; one++) expect(sets.has(setA, one)).toBe(a.includes(one));
        const even = (one: number) => one % 2 === 0;
        expect(sets.filter(setA, even)).toBe(setOf(sets, a.filter(even)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('charge what they take to the allowance, and give it back', () => {
    const allowance = { bytes: 50_000 };
    const sets = new PendingSets(allowance);
    for (let set = NONE, one = 0; one < 20_000; one++) set = sets.add(set, one);
    expect(sets.starved).toBe(true);
    sets.release();
    expect(allowance.bytes).toBe(50_000);
  });
});

describe('Cache', () => {
  it('finds what was added, and what differs from it only by more pending operations', () => {
    const sets = new PendingSets(plenty());
    const cache = new Cache(4, sets, plenty());
    const small = setOf(sets, [3]);
    const large = setOf(sets, [1, 3, 5]);
    const row = (level: number, set: number) => Int32Array.of(level, 7, 0b101, set);
    cache.add(row(1, large), 0);
    expect(cache.find(row(1, large), 0)).toBe(large);
    expect(cache.find(row(2, large), 0)).toBe(-1);
    expect(cache.find(row(1, small), 0)).toBe(-1);
    cache.add(row(1, small), 0);
    // The more general entry takes the place of the other.
    expect([cache.size, cache.find(row(1, large), 0), cache.find(row(1, small), 0)]).toEqual([1, small, small]);
    for (let level = 10; level < 5000; level++) cache.add(row(level, NONE), 0);
    for (let level = 10; level < 5000; level++) expect(cache.find(row(level, large), 0)).toBe(NONE);
  });

  it('forgets rather than take more memory than it may', () => {
    const allowance = { bytes: 10_000 };
    const sets = new PendingSets(plenty());
    const cache = new Cache(4, sets, allowance);
    for (let level = 0; level < 10_000; level++) {
      cache.add(Int32Array.of(level, 0, 0, NONE), 0);
      expect(cache.find(Int32Array.of(level, 0, 0, NONE), 0)).toBe(NONE);
    }
    expect(allowance.bytes).toBeGreaterThanOrEqual(0);
    expect(cache.size).toBeLessThan(1000);
    cache.release();
    expect(allowance.bytes).toBe(10_000);
  });
});

describe('problemOf', () => {
  const problem = (script: Script) => {
    const actions = new Actions(casRegister, new Values());
    return problemOf(partition(script.history(), actions)[0]!, actions);
  };

  it('orders returns, uses slots again and groups interchangeable pending operations', () => {
    const script = new Script()
      .invoke(0, 'write', 1)
      .invoke(1, 'write', 2)
      .invoke(2, 'write', 2)
      .invoke(3, 'read')
      .ok(3, 1)
      .ok(0)
      .did(4, 'read', null, 2);
    expect(problem(script)).toMatchObject({
      count: 5,
      levels: 3,
      order: Int32Array.of(3, 0, 4),
      opened: Int32Array.of(4, 4, 5),
      slot: Int32Array.of(0, -1, -1, 1, 0),
      words: 1,
      pending: { count: 1, operations: Int32Array.of(1, 2) },
    });
  });

  it('needs as many words as there are operations open at once', () => {
    const script = new Script();
    for (let process = 0; process < 70; process++) script.invoke(process, 'write', process);
    for (let process = 0; process < 70; process++) script.ok(process);
    for (let turn = 0; turn < 200; turn++) script.did(0, 'write', turn);
    expect(problem(script).words).toBe(3);
  });

  it('keeps apart pending operations that need a value and those that do not', () => {
    const script = new Script()
      .invoke(0, 'cas', [1, 2])
      .invoke(1, 'write', 1)
      .invoke(2, 'cas', [1, 3])
      .did(3, 'read', null, 2)
      .did(4, 'read', null, 3);
    const { pending } = problem(script);
    expect(pending.unconditional).toEqual([1]);
    expect([...pending.conditional.values()]).toEqual([[0, 2]]);
  });
});

describe('Dependence', () => {
  it('goes from operations to groups and back, and gives up telling many apart', () => {
    const script = new Script();
    for (let process = 0; process < 40; process++) script.invoke(process, 'write', process % 20);
    for (let value = 0; value < 20; value++) script.did(99, 'read', null, value);
    const actions = new Actions(casRegister, new Values());
    const { pending, count } = problemOf(partition(script.history(), actions)[0]!, actions);
    const sets = new PendingSets(plenty());
    const dependence = new Dependence(sets, pending, count);
    const operations = setOf(sets, [0, 20, 3, 7]);
    const groups = dependence.groupsOf(operations);
    expect(sets.elements(groups)).toEqual([0, 3, 7]);
    expect(sets.elements(dependence.within(operations, setOf(sets, [0, 5])))).toEqual([0, 20]);
    expect(dependence.within(operations, NONE)).toBe(NONE);
    const many = Array.from({ length: 18 }, (_, group) => group).reduce(
      (all, group) => dependence.union(all, dependence.setOf(group)),
      NONE,
    );
    expect(dependence.within(operations, many)).toBe(operations);
  });
});
