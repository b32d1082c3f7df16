// A container that gives its elements out in the order of their arrival, from one end or the other: queues and stacks.
import { sameJson } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList, nullElement, showTaken } from './elements.js';
import { type ContainerRole, ILLEGAL, type Model, NOTHING } from './model.js';

export interface Ordered {
  name: string;
  summary: string;
  /** Names of the functions; `look` says what comes out next, and leaves it there. */
  put: string;
  take: string;
  look: string;
  /** Whether the element that was put first or the one that was put last comes out first. */
  order: 'first' | 'last';
}

/** States list the elements in the order of their arrival; `initial` is such a list. */
export function ordered({ name, summary, put, take, look, order }: Ordered): Model<readonly unknown[]> {
  return {
    name,
    summary,
    functions: {
      [put]: { observes: 'input' },
      [take]: { observes: 'output' },
      [look]: { observes: 'output', pure: true },
    },
    initial: (value) => asList(value, `a ${name}`),
    step(state, f, input, output) {
      if (f === put) return [...state, input];
      const next = state.at(order === 'first' ? 0 : -1) ?? null;
      if (output !== undefined && !sameJson(next, output)) return ILLEGAL;
      if (f === look || state.length === 0) return state;
      return order === 'first' ? state.slice(1) : state.slice(0, -1);
    },
    problem: (f, input) => (f === put ? nullElement(f, input) : undefined),
    showState: show,
    showOperation: (f, input, output) => (f === put ? `${put} ${show(input)}` : showTaken(f, output)),
    container: {
      order,
      role(f, input, output): ContainerRole {
        if (f === put) return { act: 'put', element: input };
        if (output === null) return { act: 'empty', element: NOTHING };
        return { act: f === look ? 'look' : 'take', element: output === undefined ? NOTHING : output };
      },
    },
  };
}
