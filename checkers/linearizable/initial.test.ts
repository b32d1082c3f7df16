// Containers and sets that do not start empty: what was there before the history counts for verdicts and for evidence.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../framework/time/random.js';
import { checkLinearizable } from './check.js';
import { MODELS } from './models/table.js';
import { bruteForce } from './testing/judged.js';
import { randomOf } from './testing/random-model.js';

const HOLDERS = MODELS.filter(({ container, membership }) => container !== undefined || membership !== undefined);
const INITIAL = [1, 2];

describe.each(HOLDERS.map((model) => [model.name, model] as const))('%s that holds two elements', (name, model) => {
  it('is judged as by brute force, and violations are proven', () => {
    const verdicts = { true: 0, false: 0 };
    for (let seed = 0; seed < 600; seed++) {
      // These start empty, so that some are violations and some are not.
      const history = randomOf(name, createRandom(seed, 'initial'), seed);
      const expected = bruteForce(history, model, INITIAL);
      const { valid, anomalies } = checkLinearizable(history, { model, initial: INITIAL });
      expect(valid, `seed ${seed}`).toBe(expected);
      for (const { evidence } of anomalies) expect(evidence, `seed ${seed}`).toMatchObject({ rechecked: true });
      verdicts[`${expected}`]++;
    }
    expect(verdicts.true).toBeGreaterThan(20);
    expect(verdicts.false).toBeGreaterThan(100);
  });
});
