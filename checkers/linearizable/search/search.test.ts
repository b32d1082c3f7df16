import { describe, expect, it } from 'vitest';
import type { History } from '../../../framework/contracts/history.js';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { casRegister } from '../models/cas-register.js';
import { fifoQueue } from '../models/fifo-queue.js';
import type { AnyModel } from '../models/model.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import { bruteForce } from '../testing/judged.js';
import { type HistoryShape, randomHistory } from '../testing/random-history.js';
import { randomOf } from '../testing/random-model.js';
import { problemOf } from './problem.js';
import { Search } from './search.js';

/** The same model, without what lets the machine skip the table of transitions and drop pending operations. */
function general(model: AnyModel): AnyModel {
  const { cell: _, ...rest } = model;
  return rest;
}

function searched(history: History, model: AnyModel, slice = Number.MAX_SAFE_INTEGER, bytes = 1 << 20) {
  const actions = new Actions(model, new Values());
  const [operations] = partition(history, actions);
  if (operations === undefined) return 'linearizable';
  const search = new Search(new Machine(actions, null), problemOf(operations, actions), bytes);
  let outcome = search.run(slice);
  while (outcome === 'more') outcome = search.run(search.configurations + slice);
  return outcome;
}

const SHAPES: HistoryShape[] = [
  { processes: 3, operations: 7, values: 2, mix: [2, 2, 2], pending: 0.1, lies: 1, slow: 0.3 },
  { processes: 4, operations: 8, values: 3, mix: [3, 2, 2], pending: 0.3, lies: 1, slow: 0.5 },
  { processes: 4, operations: 8, values: 2, mix: [1, 1, 3], pending: 0.4, lies: 2, slow: 0.5 },
  { processes: 4, operations: 8, values: null, mix: [3, 2, 2], pending: 0.2, lies: 1, slow: 0.5 },
  { processes: 3, operations: 6, values: 2, mix: [3, 1, 1], pending: 0.1, lies: 0, slow: 0.3, nonsense: true },
  { processes: 4, operations: 8, values: 2, mix: [2, 2, 1], pending: 0.2, lies: 0, slow: 0.5 },
];

describe('search', () => {
  it('agrees with the brute-force judge on random histories', () => {
    const verdicts = { linearizable: 0, illegal: 0 };
    for (const [s, shape] of SHAPES.entries()) {
      for (let seed = 0; seed < 500; seed++) {
        const history = randomHistory(createRandom(seed, 'search', s), shape);
        const expected = bruteForce(history, casRegister) ? 'linearizable' : 'illegal';
        expect(searched(history, casRegister), `shape ${s}, seed ${seed}`).toBe(expected);
        expect(searched(history, general(casRegister)), `shape ${s}, seed ${seed}, general`).toBe(expected);
        verdicts[expected]++;
      }
    }
    expect(verdicts.linearizable).toBeGreaterThan(700);
    expect(verdicts.illegal).toBeGreaterThan(700);
  });

  it('agrees with the brute-force judge on queues', () => {
    const verdicts = { linearizable: 0, illegal: 0 };
    for (let seed = 0; seed < 1500; seed++) {
      const history = randomOf('fifo-queue', createRandom(seed, 'queues'), seed);
      const expected = bruteForce(history, fifoQueue) ? 'linearizable' : 'illegal';
      expect(searched(history, fifoQueue), `seed ${seed}`).toBe(expected);
      verdicts[expected]++;
    }
    expect(verdicts.linearizable).toBeGreaterThan(300);
    expect(verdicts.illegal).toBeGreaterThan(300);
  });

  it('comes to the same answer in slices, and with no memory for its cache', () => {
    for (let seed = 0; seed < 100; seed++) {
      const history = randomHistory(createRandom(seed, 'slices'), { ...SHAPES[1]!, operations: 30, lies: 3 });
      const expected = searched(history, casRegister);
      expect(searched(history, casRegister, 3), `seed ${seed}`).toBe(expected);
      expect(searched(history, casRegister, Number.MAX_SAFE_INTEGER, 0), `seed ${seed}`).toBe(expected);
    }
  });

  it('says how far it came: the first operation that could not return', () => {
    const history = new ColumnarHistory();
    history.appendInvoke(0, 0, 'write', undefined, 1, undefined);
    history.appendCompletion(1, 0, 'ok', 1);
    history.appendInvoke(2, 1, 'read', undefined, null, undefined);
    history.appendInvoke(3, 2, 'write', undefined, 2, undefined);
    history.appendCompletion(4, 2, 'ok', 2);
    history.appendCompletion(5, 1, 'ok', 3);
    const actions = new Actions(general(casRegister), new Values());
    const problem = problemOf(partition(history, actions)[0]!, actions);
    const search = new Search(new Machine(actions, null), problem, 1 << 20);
    expect(search.run(1000)).toBe('illegal');
    expect([search.furthest, problem.levels, problem.origin[search.stuckAt()]]).toEqual([2, 3, 1]);
  });
});
