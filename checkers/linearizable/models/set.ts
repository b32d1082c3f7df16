// A set: add, remove, contains and reads of the whole.
import { canonical } from '../../shared/canonical.js';
import { show } from '../../shared/text.js';
import { asList } from './elements.js';
import { ILLEGAL, type MembershipRole, type Model, NOTHING } from './model.js';

/** Elements with their canonical texts, in the order of these. */
type Elements = readonly (readonly [text: string, element: unknown])[];

/** `initial` is a list of elements. */
export const set: Model<Elements> = {
  name: 'set',
  summary: 'A set: add, remove, contains (true or false) and read (a list of all elements).',
  functions: {
    add: { observes: 'input' },
    remove: { observes: 'input' },
    contains: { observes: 'both', pure: true },
    read: { observes: 'output', pure: true },
  },
  initial: (value) => elementsOf(asList(value, 'a set')),
  step(state, f, input, output) {
    if (f === 'read')
      return output === undefined || sameElements(state, output as readonly unknown[]) ? state : ILLEGAL;
    const text = canonical(input);
    const at = state.findIndex(([one]) => one >= text);
    const present = at >= 0 && state[at]![0] === text;
    if (f === 'contains') return output === undefined || output === present ? state : ILLEGAL;
    if (present === (f === 'add')) return state;
    if (present) return [...state.slice(0, at), ...state.slice(at + 1)];
    return at < 0 ? [...state, [text, input]] : [...state.slice(0, at), [text, input], ...state.slice(at)];
  },
  identity: (state) => state.map(([text]) => text).join(),
  problem(f, _input, output) {
    if (output === undefined) return undefined;
    if (f === 'read' && !Array.isArray(output)) return `a read returns a list of elements, not ${show(output)}`;
    if (f === 'contains' && typeof output !== 'boolean') return `contains returns true or false, not ${show(output)}`;
    return undefined;
  },
  part: (f, input) => (f === 'read' ? NOTHING : input),
  showState: (state) => show(state.map(([, element]) => element)),
  showOperation(f, input, output) {
    const asked = f === 'read' ? 'read' : `${f} ${show(input)}`;
    const tells = f === 'read' || f === 'contains';
    return tells && output !== undefined ? `${asked} → ${show(output)}` : asked;
  },
  membership: {
    role(f, input, output): MembershipRole {
      if (f === 'read') return { act: 'read', elements: output as readonly unknown[] };
      if (f === 'contains') return { act: 'has', element: input, present: output as boolean };
      return { act: f === 'add' ? 'add' : 'remove', element: input };
    },
    read: (elements) => ['read', null, elements],
  },
};

/** A set that only grows. */
export const growOnlySet: Model<Elements> = {
  ...set,
  name: 'grow-only-set',
  summary: 'A set that only grows: add, contains (true or false) and read (a list of all elements).',
  functions: { add: set.functions['add']!, contains: set.functions['contains']!, read: set.functions['read']! },
  reaches(state, f, input, output) {
    if (output === undefined) return true;
    if (f === 'read') {
      const read = new Set((output as readonly unknown[]).map(canonical));
      return state.every(([text]) => read.has(text));
    }
    return f !== 'contains' || output === true || !state.some(([text]) => text === canonical(input));
  },
};

function elementsOf(list: readonly unknown[]): Elements {
  const byText = new Map(list.map((element) => [canonical(element), element]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A list that names an element twice is no set of them. */
function sameElements(state: Elements, read: readonly unknown[]): boolean {
  if (read.length !== state.length) return false;
  const texts = new Set(read.map(canonical));
  return state.every(([text]) => texts.has(text));
}
