import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../../framework/contracts/checker.js';
import type { History, Operation } from '../../../framework/contracts/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { judge, Script } from '../../testing/script.js';
import { checkLinearizable } from '../check.js';
import linearizable from '../index.js';
import type { AnyModel } from '../models/model.js';
import { MODELS, modelNamed } from '../models/table.js';
import { initialOf, randomOf } from '../testing/random-model.js';
import type { Conflict } from './conflict.js';

const SEEDS = 60;

const conflictIn = ({ evidence }: Anomaly) => evidence?.['conflict'] as Conflict | undefined;
const only = (script: Script) => conflictIn(judge(linearizable, script).anomalies[0]!);

/** The order is legal, breaks exactly the pairs that it says it breaks, and keeps those that it needs. */
function expectTrue(history: History, model: AnyModel, initial: unknown, { order, states, broken, needed }: Conflict) {
  if (order.length === 0) return expect([states, broken, needed]).toEqual([[], [], []]);
  let state: unknown = model.initial(initial);
  for (const [i, row] of order.entries()) {
    const { f, asked, outcome, value, process } = history.operation(row);
    state = model.step(state, f, asked, outcome === 'ok' ? value : undefined, process) as unknown;
    expect(typeof state).not.toBe('symbol');
    expect(states[i]).toBe(model.showState(state));
  }
  const before = (a: Operation, b: Operation) => a.outcome === 'ok' && a.end < b.index;
  for (const [first, second] of [...broken, ...needed]) {
    expect(before(history.operation(first), history.operation(second))).toBe(true);
  }
  for (const [first, second] of broken) expect(order.indexOf(second)).toBeLessThan(order.indexOf(first));
  for (const [first, second] of needed) expect(order.indexOf(first)).toBeLessThan(order.indexOf(second));
  return expect(broken.length).toBeGreaterThan(0);
}

/** Some order of all of them is legal, whatever their times. */
function isTimeless(operations: readonly Operation[], model: AnyModel, initial: unknown): boolean {
  const extend = (left: readonly Operation[], state: unknown): boolean =>
    left.length === 0 ||
    left.some((one) => {
      const next = model.step(state, one.f, one.asked, one.value, one.process) as unknown;
      return (
        typeof next !== 'symbol' &&
        extend(
          left.filter((other) => other !== one),
          next,
        )
      );
    });
  return extend(operations, model.initial(initial));
}

describe('conflictOf', () => {
  it.each(MODELS.map(({ name }) => name))('tells the truth about random histories: %s', (name) => {
    const model = modelNamed(name)!;
    const initial = initialOf(name);
    let judged = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const history = randomOf(name, createRandom(seed, `conflict ${name}`), seed, { operations: 12, lies: 0.2 });
      for (const anomaly of checkLinearizable(history, { model: name, initial }).anomalies) {
        judged++;
        const conflict = conflictIn(anomaly);
        if (conflict === undefined) continue;
        expectTrue(history, model, initial, conflict);
        if (conflict.order.length > 0) continue;
        const all = anomaly.operations!.map((row) => history.operation(row)).filter(({ outcome }) => outcome === 'ok');
        expect(isTimeless(all, model, initial)).toBe(false);
      }
    }
    expect(judged).toBeGreaterThan(5);
  });

  it('says which order the results ask for, and which times forbid it', () => {
    const script = new Script().did(0, 'write', 1).did(1, 'write', 2).did(2, 'read', null, 1);
    expect(only(script)).toEqual({ order: [0, 4, 2], states: ['1', '1', '2'], broken: [[2, 4]], needed: [[0, 2]] });
  });

  it('names the write that an order needs beside the witness', () => {
    const script = new Script()
      .invoke(0, 'write', 1)
      .invoke(1, 'write', 2)
      .did(2, 'read', null, 2)
      .did(3, 'read', null, null);
    expect(only(script)).toEqual({ order: [4, 1, 2], states: ['null', '2', '2'], broken: [[2, 4]], needed: [] });
  });

  it('says that no order gives the results, whatever the times', () => {
    const script = new Script().did(0, 'write', 1).did(1, 'cas', [1, 2]).did(2, 'cas', [1, 3]);
    expect(judge(linearizable, script).anomalies[0]!.name).toBe('lost-update');
    expect(only(script)).toEqual({ order: [], states: [], broken: [], needed: [] });
  });
});
