// One key of a store of strings: get, put and append.
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model } from './model.js';

const isText = (value: unknown): value is string => typeof value === 'string';

/** A key that was never written reads as null or as the empty string. */
const textOf = (value: unknown): string => (value ?? '') as string;

export const appendKv: Model<string> = {
  name: 'append-kv',
  summary: 'A string for each key: get, put and append. Starts empty.',
  functions: {
    get: { observes: 'output', pure: true },
    put: { observes: 'input', resets: true, overwrites: true },
    append: { observes: 'input' },
  },
  initial(value) {
    if (value !== null && value !== undefined && !isText(value)) {
      throw new RangeError(`an append-kv starts with a string, not ${show(value)}`);
    }
    return textOf(value);
  },
  step(state, f, input, output) {
    if (f === 'get') return output === undefined || textOf(output) === state ? state : ILLEGAL;
    return f === 'put' ? (input as string) : state + (input as string);
  },
  identity: (state) => state,
  problem(f, input, output) {
    if (f !== 'get') return isText(input) ? undefined : `${f} takes a string, not ${show(input)}`;
    if (output === undefined || output === null || isText(output)) return undefined;
    return `a get returns a string or null, not ${show(output)}`;
  },
  fades: true,
  reaches: (state, f, _input, output) => f !== 'get' || output === undefined || textOf(output).startsWith(state),
  showState: show,
  showOperation(f, input, output) {
    if (f !== 'get') return `${f} ${show(input)}`;
    return output === undefined ? f : `${f} → ${show(output)}`;
  },
};
