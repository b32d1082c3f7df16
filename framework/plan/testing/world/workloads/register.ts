// A workload with an alias and checks that depend on its options.
import { defineWorkload } from '../../../../contracts/define.js';
import { option } from '../../../../contracts/options.js';

interface Options {
  keys: number;
  mix: Record<string, number>;
  strict: boolean;
}

export default defineWorkload<Options>({
  name: 'register',
  summary: 'reads and writes of registers',
  options: {
    keys: option.integer('Number of keys.', 5, { minimum: 1 }),
    mix: option.map('Weights.', { type: 'number', minimum: 0 }, { read: 5, write: 4 }),
    strict: option.flag('Judge strictly.', false),
  },
  aliases: { 'lin-kv': { keys: 3, strict: true } },
  *operations() {},
  rpc: {},
  reads: ['read'],
  checks: ({ strict }) => [{ use: 'linear', with: { budget: strict ? '9s' : '1s' } }],
});
