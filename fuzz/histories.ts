// History number i of a model under a seed: the same on every machine, whoever judges it.
import { randomHistory } from '../checkers/linearizable/testing/random-history.js';
import { initialOf } from '../checkers/linearizable/testing/random-model.js';
import { type RunShape, randomRun, randomRuns } from '../checkers/linearizable/testing/random-run.js';
import { type Flavour, REFERENCES } from '../checkers/linearizable/testing/references.js';
import type { History } from '../framework/contracts/history.js';
import type { Random } from '../framework/contracts/random.js';
import { createRandom } from '../framework/time/random.js';

export interface Subject {
  history: History;
  initial: unknown;
  /** Nothing in it is wrong: the model's reference did it all. */
  honest: boolean;
}

/** Other starts than the references'; a history made without them may be right or wrong with them. */
const STARTS: Readonly<Record<string, unknown>> = {
  register: 1,
  'cas-register': 1,
  'multi-register': { x: 1 },
  mutex: true,
  'owner-mutex': 0,
  'reentrant-mutex': null,
  'fenced-mutex': 2,
  semaphore: 2,
  set: [1],
  'grow-only-set': [1],
  'fifo-queue': [1, 2],
  'unordered-queue': [1],
  stack: [1],
  'priority-queue': [1],
  counter: 1,
  'append-kv': 'a',
  log: [1],
};
const OTHER_START = 0.1;
const SEVERAL_KEYS = 0.06;
/** Of the histories of registers, those made by the older generator, whose compare-and-sets fail. */
const REGISTERS = 0.5;
const IS_REGISTER = new Set(['register', 'cas-register']);

/** Throws RangeError where there is no such model. */
export function subject(model: string, seed: number, index: number): Subject {
  const reference = REFERENCES[model];
  if (reference === undefined) throw new RangeError(`there is nothing to make histories of ${model} with`);
  const random = createRandom(seed, model, index);
  const other = random.chance(OTHER_START);
  const initial = other ? STARTS[model] : initialOf(model);
  if (IS_REGISTER.has(model) && random.chance(REGISTERS)) {
    return { history: register(random, model === 'cas-register'), initial, honest: false };
  }
  const shape = shapeOf(random);
  const flavour: Flavour = { distinct: random.chance(0.6), repeats: random.chance(0.3) ? 0.2 : 0 };
  const make = () => reference(flavour);
  const history = random.chance(SEVERAL_KEYS)
    ? randomRuns(random, { ...shape, operations: Math.min(shape.operations, 6) }, make, 2 + random.int(2))
    : randomRun(random, shape, make);
  return { history, initial, honest: shape.lies === 0 && !other };
}

/** Calm or wild, honest or not. */
function shapeOf(random: Random): RunShape {
  const processes = 2 + random.int(5);
  return {
    operations: 4 + random.int(8),
    processes,
    stretch: 1 + random.float() * 1.5 * processes,
    pending: random.pick([0, 0.1, 0.2, 0.35]),
    dropped: random.pick([0.2, 0.5, 0.8]),
    failed: random.pick([0, 0, 0.1]),
    lies: random.pick([0, 0.1, 0.15, 0.3]),
  };
}

function register(random: Random, cas: boolean): History {
  const writes = 1 + random.int(3);
  return randomHistory(random, {
    processes: 3 + random.int(3),
    operations: 6 + random.int(5),
    values: random.chance(0.5) ? null : 2 + random.int(2),
    mix: [1 + random.int(4), writes, cas ? 1 + random.int(3) : 0],
    pending: random.pick([0, 0.1, 0.2, 0.35]),
    lies: random.pick([0, 1, 2]),
    slow: random.pick([0.2, 0.5]),
    keys: random.chance(SEVERAL_KEYS) ? 2 : 1,
    nonsense: random.chance(0.05),
  });
}
