import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { checkLinearizable } from '../check.js';
import type { AnyModel } from '../models/model.js';
import { MODELS, modelNamed } from '../models/table.js';
import { Actions } from '../prepare/actions.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { bruteForce } from '../testing/judged.js';
import { randomHistory } from '../testing/random-history.js';
import { initialOf, randomOf } from '../testing/random-model.js';
import { proofLines } from './lines.js';
import { mergeOrders } from './merge.js';
import { type KeyProof, proveLinearizable } from './prove.js';
import { queueOrder } from './queue.js';
import { refute } from './verify.js';

const SEEDS = 60;
const register = modelNamed('register')!;
const casRegister = modelNamed('cas-register')!;

/** The same model, without what allows shortcuts. */
function general(model: AnyModel): AnyModel {
  const { cell: _, part: __, reaches: ___, ...rest } = model;
  return rest;
}

/** Writes and reads of one register: `w3` by process 0 from event 0 to event 4. */
function history(...operations: [f: 'read' | 'write', value: number | null, from: number, to: number][]) {
  const events = operations.flatMap(([f, value, from, to], process) => [
    { at: from, process, f, value, end: false },
    { at: to, process, f, value, end: true },
  ]);
  events.sort((a, b) => a.at - b.at);
  const made = new ColumnarHistory();
  for (const { at, process, f, value, end } of events) {
    if (!end) made.appendInvoke(at, process, f, undefined, f === 'read' ? null : value, undefined);
    else if (at < 100) made.appendCompletion(at, process, 'ok', value);
  }
  return made;
}

const rowsOf = (proof: ReturnType<typeof proveLinearizable>) =>
  'unproven' in proof ? proof.unproven : proof.keys.map(({ order }) => [...order]);

describe('proveLinearizable', () => {
  it.each(MODELS.map(({ name }) => name))('proves what is valid, and only that: %s', (name) => {
    const initial = initialOf(name);
    let valid = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = randomOf(name, createRandom(seed, `proof ${name}`), seed);
      const model = modelNamed(name)!;
      const expected = bruteForce(random, model, initial);
      for (const one of [model, general(model)]) {
        const proof = proveLinearizable(random, { model: one, initial });
        expect(!('unproven' in proof), `seed ${seed}`).toBe(expected);
        if ('unproven' in proof) expect(proof.unproven).toBe('the history cannot be put in order');
        else expect(refute(random, { model, initial }, proof.keys)).toBe(null);
      }
      if (expected) valid++;
    }
    expect(valid).toBeGreaterThan(SEEDS / 4);
  });

  it('agrees with the check on histories with keys', () => {
    let proven = 0;
    for (let seed = 0; seed < 150; seed++) {
      const values = seed % 2 === 0 ? null : 3;
      const shape = {
        processes: 6,
        operations: 60,
        mix: [3, 2, 1],
        pending: 0.1,
        lies: 1,
        slow: 0.4,
        keys: 4,
      } as const;
      const random = randomHistory(createRandom(seed, 'keys'), { ...shape, values });
      const proof = proveLinearizable(random, { model: casRegister });
      expect(!('unproven' in proof), `seed ${seed}`).toBe(checkLinearizable(random).valid);
      if ('unproven' in proof) continue;
      expect(proof.keys.map(({ key }) => key).sort()).toEqual([...random.keys].sort());
      proven++;
    }
    expect(proven).toBeGreaterThan(30);
  });

  it('puts reads that say nothing somewhere, also on a key that has only those', () => {
    const made = new ColumnarHistory();
    for (const [at, [key, f, value]] of (
      [
        ['x', 'write', 1],
        ['x', 'read', null],
        ['x', 'read', 1],
        ['y', 'read', null],
      ] as const
    ).entries()) {
      made.appendInvoke(at * 2, 0, f, key, f === 'read' ? null : value, undefined);
      made.appendCompletion(at * 2 + 1, 0, 'ok', value);
    }
    const proof = proveLinearizable(made, { model: register, initial: 0, nilMatchesAny: true });
    expect(rowsOf(proof)).toEqual([[0, 2, 4], [6]]);
    expect(rowsOf(proveLinearizable(made, { model: register }))).toBe('key x cannot be put in order');
  });

  it('keeps pending operations that were seen and leaves out the others', () => {
    const pending = history(['write', 1, 0, 100], ['write', 2, 1, 101], ['read', 2, 2, 3]);
    expect(rowsOf(proveLinearizable(pending, { model: register }))).toEqual([[1, 2]]);
  });

  it('says which budget ended it', () => {
    const random = randomOf('fifo-queue', createRandom(3, 'budget'), 3, { operations: 40 });
    const proof = proveLinearizable(random, { model: modelNamed('fifo-queue')!, budget: 5 });
    expect(rowsOf(proof)).toMatch(
      /^the history was not put in order: the budget of configurations ran out after 5 configurations, with \d+ of \d+ completed operations in order$/,
    );
    const stopped = proveLinearizable(random, { model: modelNamed('fifo-queue')!, cancelled: () => true });
    expect(rowsOf(stopped)).toBe('the history was not put in order: it was asked to stop');
  });
});

describe('queueOrder', () => {
  const fifoQueue = modelNamed('fifo-queue')!;
  const orderOf = (made: ColumnarHistory) => {
    const actions = new Actions(fifoQueue, new Values());
    const [own] = partition(made, actions);
    return own === undefined ? null : (queueOrder(own, actions)?.map((i) => own.row[i]!) ?? null);
  };

  it('orders queues whose elements come once, and nothing that is not linearizable', () => {
    const counts = { ordered: 0, left: 0, withPending: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const made = randomOf('fifo-queue', createRandom(seed, 'queue'), 4 + (seed % 4));
      const order = orderOf(made);
      const expected = bruteForce(made, fifoQueue);
      const all = [...made.operations()].filter(({ outcome }) => outcome !== 'fail');
      const puts = all.filter(({ f }) => f === 'enqueue').map(({ asked }) => asked);
      const peeked = all.some(({ f, outcome, value }) => f === 'peek' && outcome === 'ok' && value !== null);
      if (new Set(puts).size < puts.length || peeked) continue;
      expect(order !== null, `seed ${seed}`).toBe(expected);
      if (order === null) counts.left++;
      else {
        expect(refute(made, { model: fifoQueue, initial: null }, [{ key: undefined, order }])).toBe(null);
        if (all.some(({ index, outcome }) => outcome !== 'ok' && order.includes(index))) counts.withPending++;
        counts.ordered++;
      }
    }
    expect(counts.ordered).toBeGreaterThan(60);
    expect(counts.left).toBeGreaterThan(10);
    expect(counts.withPending).toBeGreaterThan(3);
  });

  it('leaves queues alone that hold something at the start', () => {
    const made = new ColumnarHistory();
    made.appendInvoke(0, 0, 'dequeue', undefined, null, undefined);
    made.appendCompletion(1, 0, 'ok', 7);
    expect(rowsOf(proveLinearizable(made, { model: fifoQueue, initial: [7] }))).toEqual([[0]]);
    expect(orderOf(made)).toBe(null);
  });
});

describe('refute', () => {
  it.each(MODELS.map(({ name }) => name))('refuses damaged proofs, but for swaps that do not matter: %s', (name) => {
    const model = modelNamed(name)!;
    const claim = { model, initial: initialOf(name) };
    let refused = 0;
    let swaps = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = randomOf(name, createRandom(seed, `damage ${name}`), seed, { lies: 0, pending: 0 });
      const proof = proveLinearizable(random, claim);
      if ('unproven' in proof) throw new Error(`seed ${seed} is not linearizable`);
      const { key, order } = proof.keys[0]!;
      if (order.length < 2) continue;
      const at = seed % (order.length - 1);
      const judge = (rows: readonly number[]) => refute(random, claim, [{ key, order: Int32Array.from(rows) }]);
      expect(judge([...order].toSpliced(at, 1))).not.toBe(null);
      expect(judge([...order].toSpliced(at, 0, order[at]!))).toBe(`operation ${order[at]} takes effect twice`);
      const swapped = [...order].with(at, order[at + 1]!).with(at + 1, order[at]!);
      swaps++;
      if (judge(swapped) === null) expect(isOrder(random, swapped, model, claim.initial)).toBe(true);
      else {
        expect(isOrder(random, swapped, model, claim.initial)).toBe(false);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(swaps / 5);
  });

  it('says what is wrong', () => {
    const made = history(['write', 1, 0, 1], ['read', 1, 2, 4], ['write', 2, 3, 100], ['read', null, 5, 6]);
    const judge = (...rows: number[]) =>
      refute(made, { model: register, initial: null }, [{ key: undefined, order: Int32Array.from(rows) }]);
    expect(judge(2, 0, 5)).toBe('operation 2 is illegal in the state null');
    expect(judge(5, 0, 2)).toBe('operation 0 returned before operation 5, which it follows, was invoked');
    expect(judge(0, 2, 3, 5)).toBe('operation 5 is illegal in the state 2');
    expect(judge(0, 2)).toBe('operation 5 completed and is left out');
    expect(judge(0, 1, 5)).toBe('event 1 is no invocation of a client');
    expect(judge(0, 99)).toBe('event 99 is no invocation of a client');
  });

  it('knows keys apart', () => {
    const made = new ColumnarHistory();
    made.appendInvoke(0, 0, 'write', 'x', 1, undefined);
    made.appendCompletion(1, 0, 'ok', 1);
    const keys: KeyProof[] = [{ key: 'y', order: Int32Array.of(0) }];
    expect(refute(made, { model: register, initial: null }, keys)).toBe('operation 0 is about another key');
    expect(refute(made, { model: register, initial: null }, [])).toBe('operation 0 completed and is left out');
  });

  it('refuses an order with a failed operation', () => {
    const made = new ColumnarHistory();
    made.appendInvoke(0, 0, 'write', undefined, 1, undefined);
    made.appendCompletion(1, 0, 'fail', 1);
    const keys = [{ key: undefined, order: Int32Array.of(0) }];
    expect(refute(made, { model: register, initial: null }, keys)).toBe('operation 0 failed');
  });
});

/** By pairs and steps, as the definition has it. */
function isOrder(made: ColumnarHistory, rows: readonly number[], model: AnyModel, initial: unknown): boolean {
  const all = rows.map((row) => made.operation(row));
  if (all.some((later, i) => all.slice(0, i).some((earlier) => later.end < earlier.index))) return false;
  let state: unknown = model.initial(initial);
  for (const { f, asked, value, process } of all) {
    state = model.step(state, f, asked, value, process);
    if (typeof state === 'symbol') return false;
  }
  return true;
}

describe('mergeOrders', () => {
  it('keeps real time and the order of each list', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(seed, 'merge');
      const shape = {
        processes: 8,
        operations: 40,
        values: 3,
        mix: [1, 1, 0],
        pending: 0,
        lies: 0,
        slow: 0.6,
        keys: 5,
      } as const;
      const made = randomHistory(random, shape);
      const proof = proveLinearizable(made, { model: register });
      if ('unproven' in proof) throw new Error(proof.unproven);
      const merged = [...mergeOrders(proof.keys.map(({ order }) => order))];
      const all = merged.map((row) => made.operation(row));
      expect(all.some((later, i) => all.slice(0, i).some((earlier) => later.end < earlier.index))).toBe(false);
      for (const { order } of proof.keys) expect(merged.filter((row) => order.includes(row))).toEqual([...order]);
    }
  });

  it('makes nothing of nothing', () => {
    expect([...mergeOrders([])]).toEqual([]);
    expect([...mergeOrders([Int32Array.of(), Int32Array.of(4, 2), Int32Array.of(3)])]).toEqual([3, 4, 2]);
  });
});

describe('proofLines', () => {
  const lines = (...args: Parameters<typeof proofLines>) =>
    [...proofLines(...args)].map((line) => JSON.parse(line) as unknown);

  it('writes a header and a line for each operation, in order of effect', () => {
    const made = history(['write', 1, 0, 100], ['read', 1, 1, 3], ['write', 2, 2, 4]);
    const proof = proveLinearizable(made, { model: register });
    if ('unproven' in proof) throw new Error(proof.unproven);
    expect(lines(made, { model: register, initial: null }, proof.keys, 'a.jsonl')).toEqual([
      {
        proof: 'linearizable',
        version: 1,
        model: 'register',
        initial: null,
        nilMatchesAny: false,
        keys: 1,
        operations: 3,
        file: 'a.jsonl',
      },
      { index: 0, process: 0, f: 'write', asked: 1, state: '1' },
      { index: 1, process: 1, f: 'read', asked: null, returned: 1, state: '1' },
      { index: 2, process: 2, f: 'write', asked: 2, returned: 2, state: '2' },
    ]);
  });

  it('leaves long states out', () => {
    const made = new ColumnarHistory();
    const texts = ['a', 'b'.repeat(100), 'c', 'd', 'e', 'f', 'g'];
    for (const [at, text] of texts.entries()) {
      made.appendInvoke(at * 2, 0, 'write', 7, text, undefined);
      made.appendCompletion(at * 2 + 1, 0, 'ok', text);
    }
    const proof = proveLinearizable(made, { model: register });
    if ('unproven' in proof) throw new Error(proof.unproven);
    const [, ...rest] = lines(made, { model: register, initial: null }, proof.keys) as {
      key: number;
      state?: string;
    }[];
    expect(rest.map(({ state }) => state)).toEqual([
      '"a"',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      '"g"',
    ]);
    expect(rest.every(({ key }) => key === 7)).toBe(true);
  });
});
