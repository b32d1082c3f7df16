// A priority queue of numbers: insert, extract-min and find-min; null means that it was empty.
import { show } from '../../shared/text.js';
import { asList, showTaken } from './elements.js';
import { type ContainerRole, ILLEGAL, type Model, NOTHING } from './model.js';

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** States list the numbers, the least first; `initial` is a list of numbers. */
export const priorityQueue: Model<readonly number[]> = {
  name: 'priority-queue',
  summary: 'A priority queue of numbers: insert, extract-min and find-min; null means that it was empty.',
  functions: {
    insert: { observes: 'input' },
    'extract-min': { observes: 'output' },
    'find-min': { observes: 'output', pure: true },
  },
  initial(value) {
    const elements = asList(value, 'a priority-queue');
    if (!elements.every(isNumber)) throw new RangeError(`a priority-queue holds numbers, not ${show(value)}`);
    return [...elements].sort((a, b) => a - b);
  },
  step(state, f, input, output) {
    if (f === 'insert') return inserted(state, input as number);
    const least = state[0] ?? null;
    if (output !== undefined && output !== least) return ILLEGAL;
    return f === 'find-min' || least === null ? state : state.slice(1);
  },
  problem(f, input, output) {
    if (f === 'insert') return isNumber(input) ? undefined : `insert takes a number, not ${show(input)}`;
    if (output === undefined || output === null || isNumber(output)) return undefined;
    return `${f} returns a number, or null from an empty queue, not ${show(output)}`;
  },
  showState: show,
  showOperation: (f, input, output) => (f === 'insert' ? `insert ${show(input)}` : showTaken(f, output)),
  container: {
    order: 'least',
    role(f, input, output): ContainerRole {
      if (f === 'insert') return { act: 'put', element: input };
      if (output === null) return { act: 'empty', element: NOTHING };
      return { act: f === 'find-min' ? 'look' : 'take', element: output === undefined ? NOTHING : output };
    },
  },
};

function inserted(state: readonly number[], element: number): readonly number[] {
  const at = state.findIndex((other) => other > element);
  return at < 0 ? [...state, element] : [...state.slice(0, at), element, ...state.slice(at)];
}
