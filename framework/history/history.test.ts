// The in-memory history: encoding of values, mates, names, and what it refuses.
import { describe, expect, it } from 'vitest';
import {
  EVENT_INFO,
  EVENT_INVOKE,
  EVENT_OK,
  VALUE_INT,
  VALUE_NULL,
  VALUE_OTHER,
  VALUE_PAIR,
} from '../contracts/history.js';
import { ColumnarHistory } from './history.js';

/** The value as it comes back, and how it is held. */
function kept(value: unknown): [unknown, number] {
  const history = new ColumnarHistory();
  const row = history.appendInvoke(0, 0, 'write', undefined, value, undefined);
  return [history.value(row), history.columns.kind[row]!];
}

describe('values', () => {
  it.each([
    [null, VALUE_NULL],
    [0, VALUE_INT],
    [-1, VALUE_INT],
    [2147483647, VALUE_INT],
    [-2147483648, VALUE_INT],
    [2147483648, VALUE_OTHER],
    [-2147483649, VALUE_OTHER],
    [1.5, VALUE_OTHER],
    [-0, VALUE_OTHER],
    [true, VALUE_OTHER],
    ['', VALUE_OTHER],
    ['1', VALUE_OTHER],
    [[1, 2], VALUE_PAIR],
    [[-2147483648, 2147483647], VALUE_PAIR],
    [[1, -0], VALUE_OTHER],
    [[1, 2.5], VALUE_OTHER],
    [[1, null], VALUE_OTHER],
    [[1], VALUE_OTHER],
    [[1, 2, 3], VALUE_OTHER],
    [[['append', 'x', 1]], VALUE_OTHER],
    [{ a: [1, { b: null }] }, VALUE_OTHER],
  ])('keeps %j', (value, kind) => {
    expect(kept(value)).toEqual([value, kind]);
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('keeps %s as JSON will: null', (value) => {
    expect(kept(value)).toEqual([null, VALUE_NULL]);
  });

  it('keeps equal texts once, and the value that a completion hands back', () => {
    const history = new ColumnarHistory();
    const list = [1, 2, 3];
    for (let i = 0; i < 10; i++) {
      history.appendInvoke(i, 0, 'write', undefined, 'a'.repeat(256), undefined);
      history.appendCompletion(i, 0, 'ok', `${'a'.repeat(255)}a`);
    }
    history.appendInvoke(20, 0, 'txn', undefined, list, undefined);
    history.appendCompletion(21, 0, 'info', list);
    expect(history.others).toEqual(['a'.repeat(256), list]);
  });
});

describe('names', () => {
  it('tells the key 1 from the key "1", and not 0 from -0', () => {
    const history = new ColumnarHistory();
    for (const key of [1, '1', 0, -0, 1]) {
      const row = history.appendInvoke(0, history.length, 'read', key, null, 'n1');
      expect(history.operation(row).key).toBe(key === 0 ? 0 : key);
    }
    expect(history.keys).toEqual([1, '1', 0]);
    expect(history.nodes).toEqual(['n1']);
    expect(history.functionId('read')).toBe(0);
    expect(history.functionId('write')).toBe(-1);
  });
});

describe('operations', () => {
  const history = new ColumnarHistory();
  history.appendNemesis(1, 'phase', { phase: 'load' });
  history.appendInvoke(2, 0, 'write', 'x', 7, 'n1');
  history.appendInvoke(3, 5_000_000, 'cas', 'x', [7, 8], 'n2');
  history.appendCompletion(4, 5_000_000, 'fail', [7, 8], 'precondition-failed');
  history.appendCompletion(5, 0, 'ok', 7);
  history.appendInvoke(6, 0, 'read', 'x', null, 'n1');

  it('links invocations and completions', () => {
    expect([...history.columns.mate.subarray(0, history.length)]).toEqual([-1, 4, 3, 2, 1, -1]);
    expect(history.columns.type[0]).toBe(EVENT_INFO);
    expect(history.columns.type[1]).toBe(EVENT_INVOKE);
    expect(history.columns.type[4]).toBe(EVENT_OK);
    expect(history.columns.process[0]).toBe(-1);
  });

  it('shows operations with what came of them', () => {
    expect([...history.operations()]).toEqual([
      {
        index: 1,
        process: 0,
        f: 'write',
        key: 'x',
        asked: 7,
        outcome: 'ok',
        value: 7,
        invoked: 2,
        completed: 5,
        end: 4,
        node: 'n1',
        error: undefined,
      },
      {
        index: 2,
        process: 5_000_000,
        f: 'cas',
        key: 'x',
        asked: [7, 8],
        outcome: 'fail',
        value: [7, 8],
        invoked: 3,
        completed: 4,
        end: 3,
        node: 'n2',
        error: 'precondition-failed',
      },
      {
        index: 5,
        process: 0,
        f: 'read',
        key: 'x',
        asked: null,
        outcome: 'info',
        value: undefined,
        invoked: 6,
        completed: undefined,
        end: -1,
        node: 'n1',
        error: undefined,
      },
    ]);
  });

  it('shows events as their lines say them', () => {
    expect(history.nemesisEvents()).toEqual([
      { index: 0, time: 1, process: 'nemesis', type: 'info', f: 'phase', value: { phase: 'load' } },
    ]);
    expect(history.event(3)).toEqual({
      index: 3,
      time: 4,
      process: 5_000_000,
      type: 'fail',
      f: 'cas',
      key: 'x',
      value: [7, 8],
      node: 'n2',
      error: 'precondition-failed',
    });
    expect(() => history.event(6)).toThrow(RangeError);
  });

  it('refuses what no client can do', () => {
    expect(() => history.appendInvoke(7, 0, 'read', 'x', null, 'n1')).toThrow(/operation 5 \(read\) is open/);
    expect(() => history.appendCompletion(7, 3, 'ok', 1)).toThrow(/did not invoke/);
    expect(() => history.appendCompletion(7, 5_000_000, 'ok', 1)).toThrow(/did not invoke/);
    expect(() => history.appendInvoke(7, -2, 'read', 'x', null, 'n1')).toThrow(/process -2/);
    expect(history.length).toBe(6);
  });
});

it('grows without losing a row, an error or a process', () => {
  const history = new ColumnarHistory();
  const count = 5000;
  for (let i = 0; i < count; i++) {
    history.appendInvoke(i * 10, i, 'read', i % 7, null, `n${i % 3}`);
    history.appendCompletion(i * 10 + 5, i, i % 2 ? 'ok' : 'fail', i, i % 2 ? undefined : `error ${i}`);
  }
  expect(history.length).toBe(2 * count);
  const wrong = [...history.operations()].filter(
    ({ index, process, value, key, error, completed }) =>
      process * 2 !== index ||
      value !== process ||
      key !== process % 7 ||
      completed !== process * 10 + 5 ||
      error !== (process % 2 ? undefined : `error ${process}`),
  );
  expect(wrong).toEqual([]);
});
