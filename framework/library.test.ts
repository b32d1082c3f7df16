// Judging operations from code, as a user of the package does.
import { describe, expect, it } from 'vitest';
import { registerHistory } from '../bench/histories/registers.js';
import {
  ChaosError,
  checkLinearizable,
  defineModel,
  ILLEGAL,
  type LooseOperation,
  type Model,
  models,
} from './index.js';
import { createRandom } from './time/random.js';

const operation = (
  process: number,
  f: string,
  asked: unknown,
  value: unknown,
  invoked: number,
  completed: number,
): LooseOperation => ({
  process,
  f,
  asked,
  value,
  invoked,
  completed,
});

const STALE = [operation(0, 'write', 1, 1, 0, 1), operation(1, 'read', null, null, 2, 3)];

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ChaosError) return error.code;
    throw error;
  }
  return 'none';
}

describe('checkLinearizable', () => {
  it('judges plain operations by a model, by name or as it is', () => {
    const result = checkLinearizable(STALE, { model: 'register' });
    expect(result).toMatchObject({
      valid: false,
      model: 'register',
      operations: 2,
      anomalies: [{ name: 'stale-read', operations: [0, 2] }],
    });
    expect(checkLinearizable(STALE, { model: models['register']! })).toEqual(result);
    expect(checkLinearizable(STALE.map((one) => ({ ...one, invoked: 0, completed: 9 }))).valid).toBe(true);
    expect(checkLinearizable([operation(1, 'read', null, 0, 2, 3)], { initial: 0 }).valid).toBe(true);
  });

  it('says the same of a history and of its operations, in any order', () => {
    const shape = { operations: 300, clients: 8, values: 3, reads: 0.5, cas: 0.2, crashed: 0.1 };
    for (let seed = 0; seed < 20; seed++) {
      const history = registerHistory(createRandom(seed, 'library'), { ...shape, lie: seed % 2 === 0 ? null : 0.6 });
      const result = checkLinearizable(history);
      expect(checkLinearizable(history.operations())).toEqual(result);
      expect(checkLinearizable([...history.operations()].reverse()).valid).toBe(result.valid);
    }
  });

  it('holds every model under its name', () => {
    expect(Object.keys(models)).toEqual(
      expect.arrayContaining(['register', 'cas-register', 'fifo-queue', 'mutex', 'log']),
    );
    for (const [name, model] of Object.entries(models)) expect(model.name).toBe(name);
  });

  it.each<[string, () => unknown, string]>([
    ['an unknown model', () => checkLinearizable(STALE, { model: 'registre' }), 'model-unknown'],
    ['an unknown function', () => checkLinearizable(STALE, { model: 'stack' }), 'model-function'],
    ['a value that makes no sense', () => checkLinearizable([operation(0, 'cas', 1, 1, 0, 1)]), 'model-value'],
    [
      'an initial value that makes no sense',
      () => checkLinearizable([], { model: 'counter', initial: 'x' }),
      'model-initial',
    ],
    [
      'a model that is none',
      () => checkLinearizable([], { model: { name: 'x' } as unknown as Model }),
      'model-invalid',
    ],
    ['two operations open', () => checkLinearizable([STALE[0]!, STALE[0]!]), 'history-open'],
  ])('refuses %s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});

describe('defineModel', () => {
  const definition = {
    name: 'latch',
    summary: 'Set once.',
    functions: { set: { observes: 'input' }, get: { observes: 'output', pure: true } },
    initial: () => null,
    step: (state: unknown, f: string, input: unknown, output: unknown) => {
      if (f === 'get') return output === undefined || output === state ? state : ILLEGAL;
      return state === null ? input : ILLEGAL;
    },
  } as const;

  it('makes a model that judges, and tells its operations', () => {
    const latch = defineModel<unknown>(definition);
    const good = [operation(0, 'set', 1, null, 0, 1), operation(1, 'get', null, 1, 2, 3)];
    expect(checkLinearizable(good, { model: latch })).toMatchObject({ valid: true, model: 'latch' });
    const bad = checkLinearizable([...good, operation(0, 'set', 2, null, 4, 5)], { model: latch });
    expect(bad).toMatchObject({ valid: false, anomalies: [{ message: expect.stringContaining('set') }] });
    expect(latch.showOperation('set', 2, undefined)).toBe('set 2');
  });

  it('tells everything that is wrong at once', () => {
    const wrong = {
      ...definition,
      name: '',
      stepp: 1,
      functions: { set: { observes: 'all', pure: 'yes' } },
      cell: {},
      lock: 3,
    };
    let message = '';
    try {
      defineModel(wrong as unknown as Model);
    } catch (error) {
      message = (error as ChaosError).message;
    }
    expect(message.split('; ')).toEqual([
      '"name" of the model must be a text',
      'the model has an unknown field "stepp"',
      '"observes" of functions.set of the model must be one of input, output, both',
      '"pure" of functions.set of the model must be true or false',
      '"needs" of cell of the model must be a function',
      '"leaves" of cell of the model must be a function',
      'lock of the model must be an object, not 3',
    ]);
  });

  it.each([
    [
      'throws',
      {
        step: () => {
          throw new Error('kaput');
        },
      },
      /"step" threw for the operation set 1: kaput/,
    ],
    [
      'throws for the initial value',
      {
        initial: () => {
          throw new Error('kaput');
        },
      },
      /"initial" threw for the value null: kaput/,
    ],
    ['has no initial state', { initial: () => undefined }, /"initial" returned undefined/],
    ['has states with NaN', { step: () => [Number.NaN] }, /a state is no JSON value: it holds the number NaN/],
    [
      'has states that hold themselves',
      {
        step: () => {
          const a: unknown[] = [];
          a.push(a);
          return a;
        },
      },
      /nested deeper than/,
    ],
    [
      'identifies states by objects',
      { identity: () => ({}) as unknown as string },
      /"identity" must return a text or a number/,
    ],
    [
      'throws in problem',
      {
        problem: () => {
          throw new Error('kaput');
        },
      },
      /"problem" threw for the operation set 1/,
    ],
  ])('a model that %s is at fault', (_, change, message) => {
    const model = { ...defineModel<unknown>(definition), ...change } as Model;
    const check = () => checkLinearizable([{ process: 0, f: 'set', input: 1, invoked: 0, completed: 1 }], { model });
    expect(codeOf(check)).toBe('model-failed');
    expect(check).toThrow(message);
  });
});
