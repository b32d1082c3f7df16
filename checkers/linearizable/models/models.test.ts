import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../framework/time/random.js';
import { checkLinearizable } from '../check.js';
import { bruteForce } from '../testing/judged.js';
import { initialOf, randomOf } from '../testing/random-model.js';
import { MODELS } from './table.js';

const HISTORIES = 2000;

describe.each(MODELS.map((model) => [model.name, model] as const))('%s', (name, model) => {
  it('is judged as by brute force, with and without monitors', () => {
    const initial = initialOf(name);
    const verdicts = { true: 0, false: 0 };
    for (let seed = 0; seed < HISTORIES; seed++) {
      const history = randomOf(name, createRandom(seed, 'models'), seed);
      const expected = bruteForce(history, model, initial);
      verdicts[`${expected}`]++;
      for (const monitors of [true, false]) {
        const { valid } = checkLinearizable(history, { model, initial, monitors });
        expect(valid, `seed ${seed}, monitors ${monitors}`).toBe(expected);
      }
    }
    expect(verdicts.true).toBeGreaterThan(HISTORIES / 5);
    expect(verdicts.false).toBeGreaterThan(HISTORIES / 20);
  });

  it('takes what its reference does, and shows it', () => {
    for (let seed = 0; seed < 200; seed++) {
      const history = randomOf(name, createRandom(seed, 'honest'), seed, { lies: 0, pending: 0, stretch: 0.4 });
      let state: unknown = model.initial(initialOf(name));
      for (const { f, asked, value, process, outcome } of history.operations()) {
        if (outcome === 'fail') continue;
        expect(model.problem?.(f, asked, value)).toBeUndefined();
        const next: unknown = model.step(state, f, asked, value, process);
        expect(typeof next, `${model.showOperation(f, asked, value)} in ${model.showState(state)}`).not.toBe('symbol');
        if (model.functions[f]!.pure === true) expect(next).toEqual(state);
        state = next;
      }
      expect(model.showState(state)).not.toBe('');
    }
  });
});
