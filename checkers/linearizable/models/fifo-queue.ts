// A queue: enqueue, dequeue and peek; null means that it was empty.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList, nullElement, showTaken } from './elements.js';
import { type ContainerRole, ILLEGAL, type Model, NOTHING } from './model.js';

/** States list the elements, the next to come out first; `initial` is such a list. */
export const fifoQueue: Model<readonly unknown[]> = {
  name: 'fifo-queue',
  summary: 'A queue: enqueue, dequeue and peek; null means that it was empty.',
  functions: {
    enqueue: { observes: 'input' },
    dequeue: { observes: 'output' },
    peek: { observes: 'output', pure: true },
  },
  initial: (value) => asList(value, 'a fifo-queue'),
  step(state, f, input, output) {
    if (f === 'enqueue') return [...state, input];
    const next = state.length === 0 ? null : state[0];
    if (output !== undefined && !sameJson(next, output)) return ILLEGAL;
    return f === 'peek' || state.length === 0 ? state : state.slice(1);
  },
  problem: (f, input) => (f === 'enqueue' ? nullElement(f, input) : undefined),
  showState: show,
  showOperation: (f, input, output) => (f === 'enqueue' ? `enqueue ${show(input)}` : showTaken(f, output)),
  container: {
    order: 'first',
    role(f, input, output): ContainerRole {
      if (f === 'enqueue') return { act: 'put', element: input };
      if (output === null) return { act: 'empty', element: NOTHING };
      return { act: f === 'peek' ? 'look' : 'take', element: output === undefined ? NOTHING : output };
    },
  },
};
