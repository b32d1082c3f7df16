import { expect, it } from 'vitest';
import { createRandom } from '../../../framework/time/random.js';
import { casRegister } from '../models/cas-register.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { bruteForce } from '../testing/judged.js';
import { randomHistory } from '../testing/random-history.js';
import { canBeOrdered } from './generous.js';

it('agrees with the brute-force judge where it gives an answer, which is nearly always', () => {
  const answers = { true: 0, false: 0, null: 0 };
  for (let seed = 0; seed < 3000; seed++) {
    const shape = { processes: 5, operations: 10, values: 2, pending: 0.25, lies: seed % 4, slow: 0.4 };
    const history = randomHistory(createRandom(seed, 'generous'), { ...shape, mix: [2, 3, 3] });
    const actions = new Actions(casRegister, new Values());
    const [operations] = partition(history, actions);
    if (operations === undefined) continue;
    const answer = canBeOrdered(operations, new Machine(actions, null));
    answers[`${answer}`]++;
    if (answer !== null) expect(answer, `seed ${seed}`).toBe(bruteForce(history, casRegister));
  }
  expect(answers.true).toBeGreaterThan(1000);
  expect(answers.false).toBeGreaterThan(300);
  expect(answers.null).toBeLessThan(300);
});
