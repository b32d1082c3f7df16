// A queue that promises no order: a dequeue takes any of its elements.
import { canonical } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList, nullElement, showTaken } from './elements.js';
import { type ContainerRole, ILLEGAL, type Model, NOTHING } from './model.js';

interface Bag {
  /** Element and how often it is in there, by its canonical text, in the order of these texts. */
  readonly counts: readonly (readonly [text: string, element: unknown, count: number])[];
  /** Taken by dequeues that never returned, so that nobody knows which they were. */
  readonly unknown: number;
}

/** `initial` is a list of elements. */
export const unorderedQueue: Model<Bag> = {
  name: 'unordered-queue',
  summary: 'A queue without an order: enqueue and dequeue, which takes any element; null means that it was empty.',
  functions: {
    enqueue: { observes: 'input' },
    dequeue: { observes: 'output' },
  },
  initial: (value) =>
    asList(value, 'an unordered-queue').reduce<Bag>((bag, element) => changed(bag, element, 1), {
      counts: [],
      unknown: 0,
    }),
  step(state, f, input, output) {
    if (f === 'enqueue') return changed(state, input, 1);
    const size = state.counts.reduce((sum, [, , count]) => sum + count, -state.unknown);
    if (output === undefined) return size === 0 ? state : { ...state, unknown: state.unknown + 1 };
    if (output === null) return size === 0 ? EMPTY : ILLEGAL;
    const text = canonical(output);
    if (size === 0 || !state.counts.some(([one]) => one === text)) return ILLEGAL;
    return changed(state, output, -1);
  },
  problem: (f, input) => (f === 'enqueue' ? nullElement(f, input) : undefined),
  showState({ counts, unknown }) {
    const elements = counts.flatMap(([, element, count]) => new Array<unknown>(count).fill(element));
    return unknown === 0 ? show(elements) : `${show(elements)} without ${unknown} of them`;
  },
  showOperation: (f, input, output) => (f === 'enqueue' ? `enqueue ${show(input)}` : showTaken(f, output)),
  container: {
    order: 'any',
    role(f, input, output): ContainerRole {
      if (f === 'enqueue') return { act: 'put', element: input };
      if (output === null) return { act: 'empty', element: NOTHING };
      return { act: 'take', element: output === undefined ? NOTHING : output };
    },
  },
};

const EMPTY: Bag = { counts: [], unknown: 0 };

function changed({ counts, unknown }: Bag, element: unknown, by: number): Bag {
  const text = canonical(element);
  const at = counts.findIndex(([one]) => one >= text);
  const found = at >= 0 && counts[at]![0] === text;
  const count = (found ? counts[at]![2] : 0) + by;
  const before = at < 0 ? counts : counts.slice(0, at);
  const after = at < 0 ? [] : counts.slice(found ? at + 1 : at);
  return { counts: count === 0 ? [...before, ...after] : [...before, [text, element, count], ...after], unknown };
}
