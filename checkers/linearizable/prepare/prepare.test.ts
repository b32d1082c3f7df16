import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { Script } from '../../testing/script.js';
import { casRegister } from '../models/cas-register.js';
import { fifoQueue } from '../models/fifo-queue.js';
import { register } from '../models/register.js';
import { Actions } from './actions.js';
import { Machine, NO_STATE } from './machine.js';
import { neededOperations } from './needed.js';
import { NEVER, partition } from './partition.js';
import { NULL_ID, Values } from './values.js';

describe('Values', () => {
  it('gives equal JSON values equal numbers, and others different ones', () => {
    const values = new Values();
    const different = [
      null,
      0,
      1,
      -1,
      2 ** 31,
      1.5,
      '1',
      '',
      true,
      false,
      [],
      [1, 2],
      [2, 1],
      ['a', 1],
      [1],
      {},
      { a: 1 },
    ];
    const ids = different.map((value) => values.id(value));
    expect(new Set(ids).size).toBe(different.length);
    expect(different.map((value) => values.id(structuredClone(value)))).toEqual(ids);
    expect(ids.map((id) => values.value(id))).toEqual(different);
    expect(values.id({ b: [1, 2], a: null })).toBe(values.id({ a: null, b: [1, 2] }));
    expect(values.id(-0)).toBe(values.id(0));
    expect(values.id(undefined)).toBe(NULL_ID);
    expect(values.value(-1)).toBe(undefined);
  });

  it('numbers the values of a history the same way, however its columns hold them', () => {
    const values = new Values();
    const asked = [7, null, [1, 2], 'text', { a: 1 }, { a: 1 }, 2 ** 40];
    const columnar = new ColumnarHistory();
    const script = new Script();
    for (const [process, value] of asked.entries()) {
      columnar.appendInvoke(process, process, 'write', undefined, value, undefined);
      script.invoke(process, 'write', value);
    }
    const plain = script.history();
    for (const [row, value] of asked.entries()) {
      expect(values.ofRow(columnar, row)).toBe(values.id(value));
    }
    const again = new Values();
    for (const [row, value] of asked.entries()) expect(again.ofRow(plain, row)).toBe(again.id(value));
  });

  it('stays right when it grows', () => {
    const values = new Values();
    const ids = Array.from({ length: 5000 }, (_, i) => values.id([i, i % 7]));
    expect(new Set(ids).size).toBe(5000);
    expect(values.value(ids[4321]!)).toEqual([4321, 4321 % 7]);
  });
});

describe('partition', () => {
  it('splits by key and keeps what happened or may have happened, with dense stamps', () => {
    const history = new Script()
      .invoke(0, 'write', 1, { key: 'a' })
      .invoke(1, 'write', 2, { key: 'b' })
      .invoke(2, 'cas', [1, 2], { key: 'a' })
      .ok(0)
      .fail(2)
      .invoke(2, 'read', null, { key: 'a' })
      .info(1)
      .phase('final')
      .ok(2, 1)
      .invoke(0, 'read', null, { key: 'a' })
      .history();
    const parts = partition(history, new Actions(casRegister, new Values()));
    const shown = parts.map(({ key, row, call, ret, events }) => ({
      key: history.keys[key],
      row: [...row],
      call: [...call],
      ret: [...ret],
      events,
    }));
    expect(shown).toEqual([
      { key: 'a', row: [0, 5, 9], call: [0, 2, 4], ret: [1, 3, NEVER], events: 5 },
      { key: 'b', row: [1], call: [0], ret: [NEVER], events: 1 },
    ]);
  });

  it('leaves out reads of null that may match anything', () => {
    const history = new Script().did(0, 'read', null, null).did(0, 'read', null, 1).history();
    const actions = new Actions(register, new Values());
    expect(partition(history, actions, { nilMatchesAny: true })[0]).toMatchObject({ count: 1 });
    expect(partition(history, actions)[0]).toMatchObject({ count: 2 });
  });
});

describe('neededOperations', () => {
  const neededIn = (script: Script, model = casRegister) => {
    const actions = new Actions(model, new Values());
    return [...neededOperations(partition(script.history(), actions)[0]!, actions)];
  };

  it('drops pending operations that nobody could notice', () => {
    const script = new Script()
      .invoke(0, 'write', 1) // read below
      .invoke(1, 'write', 2) // never seen
      .invoke(2, 'read') // pending
      .did(3, 'read', null, 1)
      .did(3, 'write', 3); // completed: never dropped
    expect(neededIn(script)).toEqual([1, 0, 0, 1, 1]);
  });

  it('keeps pending compare-and-sets that lead to something seen, and what they start from', () => {
    const script = new Script()
      .invoke(0, 'write', 1)
      .invoke(1, 'cas', [1, 2])
      .invoke(2, 'cas', [2, 3])
      .invoke(3, 'cas', [3, 4])
      .invoke(4, 'cas', [9, 9])
      .did(5, 'read', null, 3);
    expect(neededIn(script)).toEqual([1, 1, 1, 0, 0, 1]);
  });

  it('drops pure ones, and puts of elements that nobody sees, for containers', () => {
    const actions = new Actions(fifoQueue, new Values());
    const script = new Script()
      .invoke(0, 'enqueue', 1)
      .invoke(1, 'peek')
      .invoke(2, 'dequeue')
      .invoke(3, 'enqueue', 2)
      .did(4, 'dequeue', null, 2);
    expect([...neededOperations(partition(script.history(), actions)[0]!, actions)]).toEqual([0, 0, 1, 1, 1]);
  });
});

describe('Machine', () => {
  it('does what the model does, for models of values directly and for others by table', () => {
    const { cell: _, ...general } = casRegister;
    for (const model of [casRegister, general]) {
      const actions = new Actions(model, new Values());
      const machine = new Machine(actions, 0);
      const [read, write, cas] = actions.functions.map((name) => actions.functions.indexOf(name));
      const id = (value: unknown) => actions.values.id(value);
      const actionsTried = [0, 1, 2].flatMap((value) => [
        actions.id(read!, -1, id(value)),
        actions.id(write!, id(value), -1),
        ...[0, 1, 2].map((to) => actions.id(cas!, id([value, to]), -1)),
      ]);
      const seen = new Map([[machine.initial, 0 as unknown]]);
      for (const [state, value] of seen) {
        for (const action of actionsTried) {
          const input = actions.values.value(actions.input[action]!);
          const output = actions.values.value(actions.output[action]!);
          const expected = casRegister.step(value, actions.functions[actions.f[action]!]!, input, output, 0);
          const next = machine.step(state, action);
          if (typeof expected === 'symbol') expect(next).toBe(NO_STATE);
          else expect(machine.state(next)).toEqual(expected);
          if (next !== NO_STATE) seen.set(next, machine.state(next));
        }
      }
      expect(seen.size).toBe(3);
    }
  });
});
