// A log: an append returns the offset of the entry, a read of an offset the entry there.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList } from './elements.js';
import { ILLEGAL, type Model } from './model.js';

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** `initial` is a list of entries. */
export const log: Model<readonly unknown[]> = {
  name: 'log',
  summary: 'A log: append an entry, which returns its offset (from 0), and read an offset (null: nothing there yet).',
  functions: {
    append: { observes: 'both' },
    read: { observes: 'both', pure: true },
  },
  initial: (value) => asList(value, 'a log'),
  step(state, f, input, output) {
    if (f === 'append') return output === undefined || output === state.length ? [...state, input] : ILLEGAL;
    return output === undefined || sameJson(state[input as number] ?? null, output) ? state : ILLEGAL;
  },
  problem(f, input, output) {
    if (f === 'read') return isOffset(input) ? undefined : `a read takes an offset from 0, not ${show(input)}`;
    if (input === null || input === undefined) return 'an append takes an entry, and null means that there is none';
    return output === undefined || isOffset(output)
      ? undefined
      : `an append returns an offset from 0, not ${show(output)}`;
  },
  reaches(state, f, input, output) {
    if (output === undefined) return true;
    if (f === 'append') return state.length <= (output as number);
    return state.length <= (input as number) || sameJson(state[input as number], output);
  },
  showState: show,
  showOperation(f, input, output) {
    const asked = `${f} ${show(input)}`;
    return output === undefined ? asked : `${asked} → ${show(output)}`;
  },
};
