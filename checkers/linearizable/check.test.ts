import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../framework/contracts/checker.js';
import type { History } from '../../framework/contracts/history.js';
import { createRandom } from '../../framework/time/random.js';
import { isLinearizable } from './brute-force.js';
import { checkLinearizable } from './check.js';
import { ANOMALIES } from './evidence/families.js';
import { NAMED_SHAPES } from './evidence/names.js';
import { casRegister } from './models/cas-register.js';
import type { AnyModel } from './models/model.js';
import { MODELS } from './models/table.js';
import { bruteForce, judged } from './testing/judged.js';
import { type HistoryShape, randomHistory } from './testing/random-history.js';
import { initialOf, randomOf } from './testing/random-model.js';

const SHAPES: HistoryShape[] = [
  { processes: 3, operations: 7, values: 2, mix: [3, 2, 2], pending: 0.1, lies: 1, slow: 0.3 },
  { processes: 4, operations: 8, values: 3, mix: [4, 2, 2], pending: 0.3, lies: 2, slow: 0.5 },
  { processes: 4, operations: 8, values: 2, mix: [1, 1, 3], pending: 0.3, lies: 2, slow: 0.5 },
  { processes: 4, operations: 8, values: null, mix: [3, 2, 2], pending: 0.2, lies: 2, slow: 0.5 },
  { processes: 3, operations: 8, values: null, mix: [2, 1, 0], pending: 0.2, lies: 2, slow: 0.5 },
  { processes: 3, operations: 6, values: 2, mix: [3, 1, 1], pending: 0.1, lies: 0, slow: 0.3, nonsense: true },
];

/** Whether the operations, with all others relaxed, leave no order: the definition, by brute force. */
function proves(
  history: History,
  required: readonly number[],
  until: number,
  model: AnyModel = casRegister,
  initial: unknown = null,
): boolean {
  const operations = [...history.operations()].filter(
    (operation) => operation.outcome !== 'fail' && operation.index < until,
  );
  const kept = operations.filter(({ f, index }) => model.functions[f]!.pure !== true || required.includes(index));
  return !isLinearizable(
    model,
    initial,
    kept.map((operation) => judged(operation, !required.includes(operation.index))),
  );
}

interface Evidence {
  stuck: number;
  witness: number[];
  rechecked: boolean;
  irreducible: boolean;
  folded: number;
}

function evidenceOf(anomaly: Anomaly): Evidence {
  return anomaly.evidence as unknown as Evidence;
}

describe('checkLinearizable', () => {
  it('agrees with the brute-force judge with and without monitors, and on the operation that does not fit', () => {
    const names = new Map<string, number>();
    let invalid = 0;
    let sameName = 0;
    for (const [s, shape] of SHAPES.entries()) {
      for (let seed = 0; seed < 250; seed++) {
        const label = `shape ${s}, seed ${seed}`;
        const history = randomHistory(createRandom(seed, 'check', s), shape);
        const fast = checkLinearizable(history);
        const slow = checkLinearizable(history, { monitors: false });
        const expected = bruteForce(history, casRegister);
        expect(fast.valid, label).toBe(expected);
        expect(slow.valid, label).toBe(expected);
        expect(fast.keys[0]?.stuck, label).toBe(slow.keys[0]?.stuck);
        if (expected) continue;
        invalid++;
        for (const { anomalies } of [fast, slow]) {
          const anomaly = anomalies[0]!;
          const { stuck, rechecked, irreducible, witness, folded } = evidenceOf(anomaly);
          const until = history.operation(stuck).end;
          expect({ rechecked, irreducible, folded }, label).toEqual({ rechecked: true, irreducible: true, folded: 0 });
          expect(witness, label).toContain(stuck);
          expect(anomaly.operations, label).toEqual(expect.arrayContaining(witness));
          expect(proves(history, witness, until), label).toBe(true);
          for (const row of witness) {
            expect(
              proves(
                history,
                witness.filter((one) => one !== row),
                until,
              ),
              `${label} without ${row}`,
            ).toBe(false);
          }
        }
        if (fast.anomalies[0]!.name === slow.anomalies[0]!.name) sameName++;
        names.set(fast.anomalies[0]!.name, (names.get(fast.anomalies[0]!.name) ?? 0) + 1);
      }
    }
    // Both are right, but which witness is found first may differ.
    expect(sameName).toBeGreaterThan(0.99 * invalid);
    expect(invalid).toBeGreaterThan(600);
    for (const { name } of NAMED_SHAPES) expect(names.get(name), name).toBeGreaterThan(2);
    expect(names.get('not-linearizable')).toBeGreaterThan(2);
  });

  it.each(MODELS.map((model) => [model.name, model] as const))('proves violations of %s', (name, model) => {
    let invalid = 0;
    const initial = initialOf(name);
    for (let seed = 0; seed < 400; seed++) {
      const history = randomOf(name, createRandom(seed, 'evidence'), seed);
      const result = checkLinearizable(history, { model, initial });
      if (result.valid === true) continue;
      invalid++;
      const anomaly = result.anomalies[0]!;
      const { stuck, rechecked, irreducible, witness } = evidenceOf(anomaly);
      const until = history.operation(stuck).end;
      expect({ rechecked, irreducible }, `seed ${seed}`).toEqual({ rechecked: true, irreducible: true });
      expect(ANOMALIES, `seed ${seed}`).toContain(anomaly.name);
      expect(anomaly.operations).toEqual(expect.arrayContaining(witness));
      expect(anomaly.message.endsWith('.') && !anomaly.message.includes('undefined'), anomaly.message).toBe(true);
      // Of a lock the holds that the witness does not name are left out as a whole, of a set's reads other elements.
      if (model.lock !== undefined || model.membership !== undefined) continue;
      expect(proves(history, witness, until, model, initial), `seed ${seed}`).toBe(true);
      for (const row of witness) {
        const without = witness.filter((one) => one !== row);
        expect(proves(history, without, until, model, initial), `seed ${seed} without ${row}`).toBe(false);
      }
    }
    expect(invalid).toBeGreaterThan(20);
  });

  it('does not take a dead end for more than it is', () => {
    // These histories have dead ends that depend on which pending operations were used up further down: a search that forgets
    // this calls too much a dead end, and finds a witness that the brute-force judge refutes.
    const shape: HistoryShape = {
      processes: 5,
      operations: 40,
      values: 3,
      mix: [4, 2, 4],
      pending: 0.25,
      lies: 2,
      slow: 0.35,
    };
    for (const seed of [2543, 4609, 4827, 7003, 7245, 7527, 8474, 8718]) {
      const history = randomHistory(createRandom(seed, 'dead ends'), shape);
      const fast = checkLinearizable(history);
      const slow = checkLinearizable(history, { monitors: false });
      expect([slow.valid, slow.keys[0]?.stuck], `seed ${seed}`).toEqual([fast.valid, fast.keys[0]?.stuck]);
    }
  });
});
