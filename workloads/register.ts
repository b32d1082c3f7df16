// Registers by key: read, write and compare-and-set. What most stores promise, and the workload that says most about them.
import { defineWorkload } from '../framework/contracts/define.js';
import type { Completion, Invocation } from '../framework/contracts/operation.js';
import { option } from '../framework/contracts/options.js';
import { finalReads } from './shared/final-reads.js';
import { type KeyState, RegisterKeys } from './shared/register-keys.js';
import { RegisterValues, type Variety } from './shared/register-values.js';
import { expectType, replyField } from './shared/reply.js';
import { drawFunctions, type FunctionDraw, type Mix, Weighted } from './shared/weighted.js';

interface Options {
  keys: number;
  'key-choice': 'uniform' | 'skewed';
  'ops-per-key': number;
  mix: Mix;
  values: Variety;
  'value-size': number;
}

interface Shared {
  keys: RegisterKeys;
  slots: Weighted;
  values: RegisterValues;
  functions: FunctionDraw;
}

/**
 * A cas needs a value to start from: an empty key is written instead, a doubtful one read (or written, where the mix has no
 * reads), so that a fair share of the cas succeeds whatever the mix.
 */
function feasible(f: string, state: KeyState, functions: FunctionDraw): string {
  if (f !== 'cas' || state.state === 'seen') return f;
  return state.state === 'doubtful' && functions.weight('read') > 0 ? 'read' : 'write';
}

/** Keeps the value that a completed operation saw or left behind, for the next cas on its key. */
function learn(state: KeyState, { f, value: asked }: Invocation, completion: Completion): void {
  if (completion.type === 'ok') {
    const value = f === 'read' ? completion.value : f === 'write' ? asked : (asked as unknown[])[1];
    const known = typeof value === 'number' || typeof value === 'string';
    state.state = known ? 'seen' : 'empty';
    if (known) state.value = value;
  } else if (f === 'cas' && state.state === 'seen' && state.value === (asked as unknown[])[0]) {
    state.state = 'doubtful';
  }
}

const weight = (f: string) => option.number(`Weight of each ${f}.`, undefined, { minimum: 0 });

export default defineWorkload<Options, Shared>({
  name: 'register',
  summary: 'Registers by key: read, write and compare-and-set.',
  options: {
    keys: option.integer('Keys in use at any time.', 8, { minimum: 1, maximum: 100_000 }),
    'key-choice': option.choice(
      'How clients choose keys; `skewed`: the n-th key n times less often than the first.',
      ['uniform', 'skewed'],
      'uniform',
    ),
    'ops-per-key': option.integer(
      'Operations after which a key gives way to a fresh one, so that the history of each stays short; 0: never.',
      0,
      { minimum: 0 },
    ),
    mix: option.object(
      'How often each function is issued, by weight; one that is left out is not issued, but for the first write of a key that a cas needs.',
      { read: weight('read'), write: weight('write'), cas: weight('compare-and-set') },
      { read: 5, write: 4, cas: 1 },
    ),
    values: option.choice(
      '`unique`: every value is written once. `few`: values are drawn from 0 to 4.',
      ['unique', 'few'],
      'unique',
    ),
    'value-size': option.integer('Length of values, in bytes of text; 0: values are integers.', 0, {
      minimum: 0,
      maximum: 1_000_000,
    }),
  },
  aliases: { 'lin-kv': {} },
  shared: ({ options }) => ({
    keys: new RegisterKeys(options.keys, options['ops-per-key']),
    slots: new Weighted(
      Array.from({ length: options.keys }, (_, i) => (options['key-choice'] === 'skewed' ? 1 / (i + 1) : 1)),
    ),
    values: new RegisterValues(options.values, options['value-size']),
    functions: drawFunctions(options.mix),
  }),
  *operations({ random, shared: { keys, slots, values, functions } }) {
    while (true) {
      const state = keys.use(slots.draw(random));
      const f = feasible(functions.draw(random), state, functions);
      const written = f === 'read' ? null : values.next(random);
      const operation = { f, key: state.key, value: f === 'cas' ? [state.value, written] : written };
      const completion = yield operation;
      if (completion !== undefined) learn(state, operation, completion);
    }
  },
  final: ({ shared: { keys } }) => finalReads(keys.all().map((key) => ({ f: 'read', key, value: null }))),
  rpc: {
    read: {
      request: ({ key }) => ({ type: 'read', key }),
      result: (reply) => replyField(reply, 'read_ok', 'value'),
      readOnly: true,
      answers: { 20: null },
    },
    write: {
      request: ({ key, value }) => ({ type: 'write', key, value }),
      result: (reply, { value }) => {
        expectType(reply, 'write_ok');
        return value;
      },
    },
    cas: {
      request: ({ key, value }) => {
        const [from, to] = value as [unknown, unknown];
        return { type: 'cas', key, from, to };
      },
      result: (reply, { value }) => {
        expectType(reply, 'cas_ok');
        return value;
      },
    },
  },
  reads: ['read'],
  checks: [{ use: 'linearizable' }],
});
