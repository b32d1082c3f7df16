// A FIFO queue as a model, for tests of the engine with states that are no single values.
import type { Random } from '../../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../../framework/history/history.js';
import { ILLEGAL, type Model } from '../models/model.js';
import { randomRun } from './random-run.js';

export const queue: Model<readonly unknown[]> = {
  name: 'queue',
  summary: 'A FIFO queue: enqueue and dequeue; a dequeue of an empty queue returns null. peek returns the head.',
  functions: {
    enqueue: { observes: 'input' },
    dequeue: { observes: 'output' },
    peek: { observes: 'output', pure: true },
  },
  initial: () => [],
  step(state, f, input, output) {
    if (f === 'enqueue') return [...state, input];
    const head = state[0] ?? null;
    if (output !== undefined && output !== head) return ILLEGAL;
    return f === 'peek' ? state : state.slice(1);
  },
  showState: (state) => JSON.stringify(state),
  showOperation: (f, input, output) => `${f} ${JSON.stringify(input ?? output)}`,
};

/** A short history of a queue of few different items, honest or not. */
export function randomQueue(random: Random): ColumnarHistory {
  const items: number[] = [];
  const perform = () => {
    const input = random.int(3);
    if (random.chance(0.5)) {
      items.push(input);
      return { f: 'enqueue', input, output: input };
    }
    if (random.chance(0.3)) return { f: 'peek', input: null, output: items[0] ?? null };
    return { f: 'dequeue', input: null, output: items.shift() ?? null };
  };
  const shape = { operations: 3 + random.int(6), stretch: 1 + random.int(5), pending: 0.2, lies: 0.25 };
  return randomRun(random, shape, perform, () => random.int(3));
}
