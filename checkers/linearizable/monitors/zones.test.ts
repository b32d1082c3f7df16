import { describe, expect, it } from 'vitest';
import type { History } from '../../../framework/contracts/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { casRegister } from '../models/cas-register.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { bruteForce } from '../testing/judged.js';
import { type HistoryShape, randomHistory } from '../testing/random-history.js';
import { Contradictions } from './contradictions.js';
import { Zones } from './zones.js';

function prepared(history: History) {
  const actions = new Actions(casRegister, new Values());
  return { actions, operations: partition(history, actions)[0] };
}

const SHAPES: HistoryShape[] = [
  { processes: 3, operations: 7, values: null, mix: [3, 2, 0], pending: 0.15, lies: 1, slow: 0.5 },
  { processes: 4, operations: 8, values: null, mix: [3, 2, 0], pending: 0.3, lies: 2, slow: 0.5 },
  { processes: 4, operations: 8, values: null, mix: [2, 1, 3], pending: 0.1, lies: 1, slow: 0.5 },
  { processes: 4, operations: 8, values: null, mix: [2, 1, 3], pending: 0.4, lies: 2, slow: 0.5 },
  { processes: 4, operations: 7, values: null, mix: [1, 1, 3], pending: 0.2, lies: 0, slow: 0.5, nonsense: true },
  { processes: 4, operations: 8, values: 6, mix: [3, 1, 2], pending: 0.2, lies: 1, slow: 0.5 },
];

describe('zones', () => {
  it('agree with the brute-force judge wherever they apply', () => {
    const seen = { linearizable: 0, illegal: 0, obstacle: 0 };
    for (const [s, shape] of SHAPES.entries()) {
      for (let seed = 0; seed < 500; seed++) {
        const history = randomHistory(createRandom(seed, 'zones', s), shape);
        const { actions, operations } = prepared(history);
        if (operations === undefined) continue;
        const judgement = new Zones(new Machine(actions, null)).judge(operations);
        if ('obstacle' in judgement) {
          seen.obstacle++;
          continue;
        }
        const expected = bruteForce(history, casRegister) ? 'linearizable' : 'illegal';
        expect(judgement.outcome, `shape ${s}, seed ${seed}`).toBe(expected);
        seen[judgement.outcome]++;
      }
    }
    expect(seen.linearizable).toBeGreaterThan(1000);
    expect(seen.illegal).toBeGreaterThan(700);
    expect(seen.obstacle).toBeGreaterThan(50);
  });
});

describe('contradictions', () => {
  it('are found only in histories that are not linearizable, and in most of those', () => {
    const counts = { invalid: 0, found: 0 };
    const shapes = [...SHAPES, { ...SHAPES[0]!, values: 2, mix: [2, 2, 2] as const }];
    for (const [s, shape] of shapes.entries()) {
      for (let seed = 0; seed < 500; seed++) {
        const history = randomHistory(createRandom(seed, 'contradictions', s), shape);
        const { actions, operations } = prepared(history);
        if (operations === undefined) continue;
        const found = new Contradictions(actions, actions.values.id(null)).first(operations);
        const valid = bruteForce(history, casRegister);
        if (found !== null) expect(valid, `shape ${s}, seed ${seed}, ${found.kind}`).toBe(false);
        if (!valid) counts.invalid++;
        if (found !== null) counts.found++;
      }
    }
    expect(counts.invalid).toBeGreaterThan(1000);
    expect(counts.found).toBeGreaterThan(0.8 * counts.invalid);
  });
});
