// A stack: push, pop and peek; null means that it was empty.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList, nullElement, showTaken } from './elements.js';
import { type ContainerRole, ILLEGAL, type Model, NOTHING } from './model.js';

/** States list the elements, the next to come out last; `initial` is such a list. */
export const stack: Model<readonly unknown[]> = {
  name: 'stack',
  summary: 'A stack: push, pop and peek; null means that it was empty.',
  functions: {
    push: { observes: 'input' },
    pop: { observes: 'output' },
    peek: { observes: 'output', pure: true },
  },
  initial: (value) => asList(value, 'a stack'),
  step(state, f, input, output) {
    if (f === 'push') return [...state, input];
    const next = state.length === 0 ? null : state[state.length - 1];
    if (output !== undefined && !sameJson(next, output)) return ILLEGAL;
    return f === 'peek' || state.length === 0 ? state : state.slice(0, -1);
  },
  problem: (f, input) => (f === 'push' ? nullElement(f, input) : undefined),
  showState: show,
  showOperation: (f, input, output) => (f === 'push' ? `push ${show(input)}` : showTaken(f, output)),
  container: {
    order: 'last',
    role(f, input, output): ContainerRole {
      if (f === 'push') return { act: 'put', element: input };
      if (output === null) return { act: 'empty', element: NOTHING };
      return { act: f === 'peek' ? 'look' : 'take', element: output === undefined ? NOTHING : output };
    },
  },
};
