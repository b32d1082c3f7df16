// A counter: add, read, and add-and-get.
import { show } from '../../shared/text.js';
import { ILLEGAL, type Model } from './model.js';

const isNumber = (value: unknown) => Number.isSafeInteger(value);

export const counter: Model<number> = {
  name: 'counter',
  summary:
    'A counter: add a whole number (also a negative one), read, and add-and-get, which returns the sum. Starts with 0.',
  functions: {
    add: { observes: 'input' },
    read: { observes: 'output', pure: true },
    'add-and-get': { observes: 'both' },
  },
  initial(value) {
    if (value !== null && value !== undefined && !isNumber(value)) {
      throw new RangeError(`a counter starts with a whole number, not ${show(value)}`);
    }
    return (value ?? 0) as number;
  },
  step(state, f, input, output) {
    const next = f === 'read' ? state : state + (input as number);
    return f === 'add' || output === undefined || output === next ? next : ILLEGAL;
  },
  problem(f, input, output) {
    if (f !== 'read' && !isNumber(input)) return `${f} takes a whole number, not ${show(input)}`;
    if (f === 'add' || output === undefined || isNumber(output)) return undefined;
    return `${f} returns a whole number, not ${show(output)}`;
  },
  showState: show,
  showOperation(f, input, output) {
    const asked = f === 'read' ? f : `${f} ${show(input)}`;
    return f === 'add' || output === undefined ? asked : `${asked} → ${show(output)}`;
  },
};
