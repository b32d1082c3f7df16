// What the linearizability checker is measured with: a history from a seed, the verdict it must get, and what it may cost.
import type { LinearizableOptions } from '../../checkers/linearizable/check.js';
import type { ColumnarHistory } from '../../framework/history/history.js';
import { createRandom } from '../../framework/time/random.js';
import { appendHistory } from '../histories/append-kv.js';
import { containerHistory, type Order } from '../histories/containers.js';
import { lockHistory } from '../histories/locks.js';
import { type RegisterLoad, registerHistory } from '../histories/registers.js';
import { setHistory } from '../histories/sets.js';

export interface Case {
  name: string;
  make: () => ColumnarHistory;
  options: LinearizableOptions;
  valid: boolean;
  /** Milliseconds, megabytes, configurations; undefined: whatever it takes. */
  time?: number;
  memory?: number;
  configurations?: number;
  /** `columns`: the history as a run records it; `objects`: an array of operations, as a program has them. */
  from: 'columns' | 'objects';
  /** Fresh processes; the best time counts, and the most memory. */
  rounds: number;
}

const power = (operations: number) => `10^${Math.round(Math.log10(operations))}`;
const verdict = (valid: boolean) => (valid ? 'good' : 'bad');
/** Where it lies, as a fraction of the operations. */
const LATE = 0.9;

type Limits = Pick<Case, 'time' | 'memory' | 'configurations'> & Partial<Pick<Case, 'from' | 'rounds'>>;

function registerCase(
  model: 'register' | 'cas-register',
  load: Omit<RegisterLoad, 'cas' | 'lie' | 'reads'>,
  valid: boolean,
  limits: Limits,
): Case {
  const { values, operations, clients, crashed } = load;
  const full = { ...load, reads: 0.5, cas: model === 'register' ? 0 : 0.2, lie: valid ? null : LATE };
  const kind = values === null ? 'distinct values' : `${values + 1} values`;
  const name = [
    `${model}, ${kind}, ${power(operations)}, ${clients} clients, ${crashed * 100} % crashed, ${verdict(valid)}`,
    ...(limits.from === 'objects' ? ['from objects'] : []),
  ].join(', ');
  return {
    name,
    make: () => registerHistory(createRandom(1, name), full),
    options: { model },
    valid,
    from: 'columns',
    rounds: 3,
    ...limits,
  };
}

const both = [true, false];

const DISTINCT: Case[] = [100_000, 1_000_000].flatMap((operations) =>
  (['register', 'cas-register'] as const).flatMap((model) =>
    [10, 50].flatMap((clients) =>
      [0, 0.01].flatMap((crashed) =>
        both.map((valid) =>
          registerCase(
            model,
            { operations, clients, crashed, values: null },
            valid,
            operations > 100_000 ? { time: 1000, memory: 200 } : { time: 200 },
          ),
        ),
      ),
    ),
  ),
);

const OBJECTS: Case[] = (['register', 'cas-register'] as const).map((model) =>
  registerCase(model, { operations: 1_000_000, clients: 10, crashed: 0.01, values: null }, true, {
    time: 3000,
    from: 'objects',
  }),
);

const FEW = { clients: 10, crashed: 0.01, values: 5 };
const GENERAL: Case[] = [
  registerCase('register', { ...FEW, operations: 100_000 }, true, { time: 1000, memory: 250 }),
  registerCase('register', { ...FEW, operations: 100_000 }, false, { time: 8000, memory: 600, rounds: 1 }),
  registerCase('register', { ...FEW, operations: 1_000_000 }, true, { time: 30_000, memory: 1200, rounds: 1 }),
];

const APPEND: Case[] = both.map((valid) => {
  const name = `append-kv, 1700 operations, 50 clients, 10 keys, ${verdict(valid)}`;
  const load = { operations: 1700, clients: 50, keys: 10, crashed: 0, lie: valid ? null : LATE };
  return {
    name,
    make: () => appendHistory(createRandom(1, name), load),
    options: { model: 'append-kv' },
    valid,
    configurations: valid ? 20_000 : 4000,
    from: 'columns',
    rounds: 3,
  };
});

const CONTAINERS: readonly (readonly [model: string, order: Order, put: string, take: string, operations: number])[] = [
  ['fifo-queue', 'first', 'enqueue', 'dequeue', 1_000_000],
  ['stack', 'last', 'push', 'pop', 100_000],
  ['priority-queue', 'least', 'insert', 'extract-min', 100_000],
];

type Maker = (name: string, crashed: number, lie: number | null) => () => ColumnarHistory;

function monitored(model: string, operations: number, what: string, make: Maker): Case[] {
  return [0, 0.01].flatMap((crashed) =>
    both.map((valid) => {
      const name = `${model}${what}, ${power(operations)}, 10 clients, ${crashed * 100} % crashed, ${verdict(valid)}`;
      return {
        name,
        make: make(name, crashed, valid ? null : LATE),
        options: { model },
        valid,
        time: 2000,
        from: 'columns',
        rounds: 2,
      };
    }),
  );
}

const MONITORED: Case[] = [
  ...CONTAINERS.flatMap(([model, order, put, take, operations]) =>
    monitored(
      model,
      operations,
      '',
      (name, crashed, lie) => () =>
        containerHistory(createRandom(1, name), { operations, clients: 10, crashed, lie, order, put, take }),
    ),
  ),
  ...monitored(
    'set',
    1_000_000,
    '',
    (name, crashed, lie) => () =>
      setHistory(createRandom(1, name), { operations: 1_000_000, clients: 10, crashed, lie, whole: false }),
  ),
  ...monitored(
    'grow-only-set',
    1_000_000,
    ' (10^4 keys, a read of 45 elements in 10)',
    (name, crashed, lie) => () =>
      setHistory(createRandom(1, name), { operations: 1_000_000, clients: 10, crashed, lie, whole: true }),
  ),
  ...monitored(
    'owner-mutex',
    1_000_000,
    '',
    (name, crashed, lie) => () =>
      lockHistory(createRandom(1, name), { operations: 1_000_000, clients: 10, crashed, lie }),
  ),
];

export const CASES: readonly Case[] = [...APPEND, ...DISTINCT, ...OBJECTS, ...GENERAL, ...MONITORED];
