import { describe, expect, it } from 'vitest';
import { createRandom } from '../../framework/time/random.js';
import { isLinearizable, isPossible, isReachable } from './brute-force.js';
import { MODELS } from './models/table.js';
import { judged } from './testing/judged.js';
import { initialOf, randomOf } from './testing/random-model.js';

describe('the brute-force judges', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))('agree on %s', (name, model) => {
    const verdicts = { true: 0, false: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed, 'judges');
      const history = randomOf(name, random, seed);
      // Some completed operations are relaxed, as they are around a witness.
      const all = [...history.operations()]
        .filter(({ outcome }) => outcome !== 'fail')
        .map((operation) => judged(operation, random.chance(0.4)));
      const required = all.filter(({ returned }) => returned !== Infinity);
      const optional = all.filter(({ returned }) => returned === Infinity);
      const expected = isLinearizable(model, initialOf(name), all);
      expect(isReachable(model, initialOf(name), required, optional), `seed ${seed}`).toBe(expected);
      // The generous reading allows more; it is for models with few states only.
      if (expected && model.cell !== undefined)
        expect(isPossible(model, initialOf(name), required, optional), `seed ${seed}`).toBe(true);
      verdicts[`${expected}`]++;
    }
    expect(verdicts.true).toBeGreaterThan(30);
    expect(verdicts.false).toBeGreaterThan(5);
  });
});
