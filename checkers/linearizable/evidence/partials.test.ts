import { describe, expect, it } from 'vitest';
import type { History, Operation } from '../../../framework/contracts/history.js';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { assess } from '../engines.js';
import type { AnyModel } from '../models/model.js';
import { MODELS, modelNamed } from '../models/table.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { randomHistory } from '../testing/random-history.js';
import { initialOf, randomOf } from '../testing/random-model.js';
import { type Partials, partialsOf } from './partials.js';

const SEEDS = 40;
const casRegister = modelNamed('cas-register')!;

/** Of the first illegal key, by the search; null where there is none. */
function searched(history: History, model: AnyModel, initial: unknown = null) {
  const actions = new Actions(model, new Values());
  const machine = new Machine(actions, initial);
  const options = { budget: 20_000, stop: () => undefined, memory: 1 << 26, monitors: false };
  const found = assess(machine, partition(history, actions), options).find(({ valid }) => valid === false);
  return found === undefined ? null : partialsOf(history, machine, found.partition, found.stuck);
}

function partials(history: History, model: AnyModel, initial: unknown = null): Partials | null {
  const evidence = searched(history, model, initial);
  if (evidence !== null && 'skipped' in evidence) throw new Error(evidence.skipped);
  return evidence;
}

const isOpen = (operation: Operation) => operation.outcome !== 'ok';
const outputOf = (operation: Operation) => (isOpen(operation) ? undefined : operation.value);

/** The most completed operations of any legal order that contains an operation, for each: by trying all orders. */
function longest(history: History, model: AnyModel, initial: unknown): Map<number, number> {
  const all = [...history.operations()].filter(({ outcome }) => outcome !== 'fail');
  const most = new Map<number, number>();
  const extend = (placed: readonly Operation[], state: unknown) => {
    const completed = placed.filter((operation) => !isOpen(operation)).length;
    for (const { index } of placed) most.set(index, Math.max(completed, most.get(index) ?? 0));
    const left = all.filter((operation) => !placed.includes(operation));
    for (const operation of left) {
      if (left.some((other) => !isOpen(other) && other.end < operation.index)) continue;
      const next = model.step(state, operation.f, operation.asked, outputOf(operation), operation.process) as unknown;
      if (typeof next !== 'symbol') extend([...placed, operation], next);
    }
  };
  extend([], model.initial(initial));
  return most;
}

/** Every partial linearization is one, as far as it can be seen from its rows: legal from its first state, and real time. */
function expectReal(history: History, { partials, window, stuck, prefix }: Partials) {
  for (const { rows, states, start, next, completed, earlier } of partials) {
    const placed = rows.map((row) => history.operation(row));
    expect(new Set(rows).size).toBe(rows.length);
    expect(states.length).toBe(rows.length);
    expect(completed).toBeLessThanOrEqual(earlier + rows.length);
    expect(placed.some((later, i) => placed.slice(0, i).some(({ index }) => !isOpen(later) && later.end < index))).toBe(
      false,
    );
    for (const [i, { index }] of placed.entries()) {
      // What returned before an operation was invoked took effect before it.
      const missing = window
        .map((row) => history.operation(row))
        .filter((other) => !isOpen(other) && other.end < index);
      if (earlier === 0) expect(missing.every((other) => rows.slice(0, i).includes(other.index))).toBe(true);
    }
    for (const { row, state, why } of next) {
      expect(rows).not.toContain(row);
      expect(state).toBe(states.at(-1) ?? start);
      expect(why).toContain(' is illegal: ');
      expect(why.endsWith(state)).toBe(true);
    }
  }
  expect(window).toContain(stuck);
  expect(partials.map(({ completed }) => completed)).toEqual(
    partials.map(({ completed }) => completed).sort((a, b) => b - a),
  );
  if (prefix !== null) {
    const { rows, next, earlier } = partials[prefix]!;
    const { end } = history.operation(stuck);
    const before = window.map((row) => history.operation(row)).filter((other) => !isOpen(other) && other.end < end);
    if (earlier === 0) expect(before.every(({ index }) => rows.includes(index))).toBe(true);
    expect(rows).not.toContain(stuck);
    expect(next.map(({ row }) => row)).toContain(stuck);
  }
}

/** From the very start. */
function expectLegal(history: History, model: AnyModel, initial: unknown, { partials }: Partials) {
  for (const { rows, states, earlier, next } of partials) {
    if (earlier > 0) continue;
    let state: unknown = model.initial(initial);
    const step = (operation: Operation) =>
      model.step(state, operation.f, operation.asked, outputOf(operation), operation.process) as unknown;
    for (const [i, row] of rows.entries()) {
      state = step(history.operation(row));
      expect(typeof state).not.toBe('symbol');
      expect(model.showState(state)).toBe(states[i]);
    }
    for (const { row } of next) expect(typeof step(history.operation(row))).toBe('symbol');
  }
}

describe('partialsOf', () => {
  it.each(MODELS.map(({ name }) => name))('finds the longest for every operation of a short history: %s', (name) => {
    const { part: _, ...model } = modelNamed(name)!;
    const initial = initialOf(name);
    let invalid = 0;
    let shorter = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const history = randomOf(name, createRandom(seed, `partials ${name}`), seed, { operations: 7, lies: 0.4 });
      const found = partials(history, model, initial);
      if (found === null) continue;
      invalid++;
      expect(found.exhaustive).toBe(true);
      expect(found.prefix).not.toBe(null);
      expectReal(history, found);
      expectLegal(history, model, initial, found);
      const most = longest(history, model, initial);
      for (const row of found.window) {
        const at = found.longest[row];
        expect(
          at === undefined ? undefined : found.partials[at]!.rows.includes(row),
          `seed ${seed}, row ${row}`,
        ).not.toBe(false);
        expect(at === undefined ? undefined : found.partials[at]!.completed, `seed ${seed}, row ${row}`).toBe(
          most.get(row),
        );
        if (at !== 0) shorter++;
      }
    }
    expect(invalid).toBeGreaterThan(5);
    expect(shorter).toBeGreaterThan(5);
  });

  it('looks at a window of a long history, the same each time, and stays small', () => {
    let found = 0;
    for (let seed = 0; seed < 25; seed++) {
      const shape = {
        processes: 8,
        operations: 400,
        values: 3,
        mix: [3, 2, 2],
        pending: 0.03,
        lies: 1,
        slow: 0.5,
      } as const;
      const history = randomHistory(createRandom(seed, 'long'), shape);
      const evidence = partials(history, casRegister);
      if (evidence === null) continue;
      found++;
      expect(evidence).toEqual(partials(history, casRegister));
      expectReal(history, evidence);
      expect(evidence.window.length).toBeGreaterThan(20);
      expect(evidence.prefix).not.toBe(null);
      expect(JSON.stringify(evidence).length).toBeLessThan(40_000);
    }
    expect(found).toBeGreaterThan(4);
  });

  it.each(['fifo-queue', 'append-kv', 'set', 'multi-register', 'owner-mutex', 'log'])(
    'stays real on longer histories: %s',
    (name) => {
      const model = modelNamed(name)!;
      let found = 0;
      for (let seed = 0; seed < 12; seed++) {
        const history = randomOf(name, createRandom(seed, `longer ${name}`), seed, { operations: 40, lies: 0.08 });
        const evidence = partials(history, model, initialOf(name));
        if (evidence === null) continue;
        found++;
        expectReal(history, evidence);
        expectLegal(history, model, initialOf(name), evidence);
        expect(JSON.stringify(evidence).length).toBeLessThan(40_000);
      }
      expect(found).toBeGreaterThan(2);
    },
  );

  it('goes back where the search gave up for an operation that returned much later', () => {
    let found = 0;
    for (let seed = 0; seed < 30; seed++) {
      const random = createRandom(seed, 'fuzzl grow-only-set');
      const changes = { operations: 90, lies: 0.03, pending: (seed % 3) * 0.03 };
      const evidence = partials(randomOf('grow-only-set', random, seed, changes), modelNamed('grow-only-set')!);
      if (evidence === null) continue;
      found++;
      expect(evidence.partials.length).toBeGreaterThan(0);
    }
    expect(found).toBeGreaterThan(10);
  });

  it('says why the next steps are illegal', () => {
    const history = new ColumnarHistory();
    for (const [at, [f, value]] of (
      [
        ['write', 1],
        ['write', 2],
        ['read', 1],
      ] as const
    ).entries()) {
      history.appendInvoke(at * 2, 0, f, undefined, f === 'read' ? null : value, undefined);
      history.appendCompletion(at * 2 + 1, 0, 'ok', value);
    }
    expect(partials(history, casRegister)).toEqual({
      window: [0, 2, 4],
      stuck: 4,
      partials: [
        {
          earlier: 0,
          start: 'null',
          rows: [0, 2],
          states: ['1', '2'],
          completed: 2,
          next: [{ row: 4, state: '2', why: 'read → 1 is illegal: the register holds 2' }],
        },
      ],
      prefix: 0,
      longest: { 0: 0, 2: 0 },
      exhaustive: true,
    });
  });
});
