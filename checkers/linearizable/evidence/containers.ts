// Names for queues, stacks and the like: what came out that should not have, or not yet.
import type { Container } from '../models/model.js';
import { Elements } from '../prepare/elements.js';
import { NEVER } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { type Family, type Finding, type Named, NOBODY } from './family.js';
import { putsOf, unexpected } from './puts.js';
import type { Words } from './words.js';

/** Why one element comes out before another. */
const FIRST: Readonly<Record<Container['order'], (x: string, y: string) => string>> = {
  first: (x, y) => `${x} had been put before ${y}`,
  last: (x, y) => `${x} had been put after ${y}`,
  least: (x, y) => `${x} is less than ${y}`,
  any: () => '',
};

export const containers: Family = {
  fits: ({ container }) => container !== undefined,
  names: [
    { name: 'unexpected-element', summary: 'An element came out, or was seen, that nobody had put there.' },
    { name: 'duplicate-element', summary: 'An element came out more often than it had been put there.' },
    {
      name: 'lost-element',
      summary: 'It was found empty, although an element had been put there that nobody ever took out.',
    },
    { name: 'false-empty', summary: 'It was found empty, although at every such instant an element was in there.' },
    { name: 'out-of-order', summary: 'An element came out, or was seen, while another one had to come first.' },
  ],
  name(finding) {
    const view = viewOf(finding);
    return unexpectedElement(view) ?? duplicate(view) ?? (view.empties.length > 0 ? empty(view) : outOfOrder(view));
  },
};

interface View extends Finding {
  order: Container['order'];
  elements: Elements;
  /** Of the witness: operations that found it empty, that took an element out, and that took or saw one. */
  empties: number[];
  takes: number[];
  sights: number[];
}

function viewOf(finding: Finding): View {
  const { actions, partition, shown } = finding;
  const elements = new Elements(actions);
  const { model } = actions;
  const actOf = (i: number) => model.container!.role(...actions.operation(partition.action[i]!)).act;
  return {
    ...finding,
    order: model.container!.order,
    elements,
    empties: shown.filter((i) => actOf(i) === 'empty'),
    takes: shown.filter((i) => actOf(i) === 'take'),
    sights: shown.filter((i) => actOf(i) === 'take' || actOf(i) === 'look'),
  };
}

const elementOf = ({ elements, partition }: View, i: number) => elements.of(partition.action[i]!);

function unexpectedElement(view: View): Named | undefined {
  for (const i of view.sights) {
    const { before, later } = putsOf(view, elementOf(view, i), i);
    if (before.length === 0 && !isInitial(view, elementOf(view, i)))
      return unexpected(view, i, elementOf(view, i), later);
  }
  return undefined;
}

function isInitial({ actions, initial }: View, element: number): boolean {
  return Array.isArray(initial) && initial.some((one) => actions.values.id(one) === element);
}

function duplicate(view: View): Named | undefined {
  const last = view.takes.findLast((i) => view.takes.some((j) => j !== i && elementOf(view, j) === elementOf(view, i)));
  if (last === undefined) return undefined;
  const element = elementOf(view, last);
  const taken = view.takes.filter((i) => elementOf(view, i) === element);
  const puts = putsOf(view, element, view.stuck).before;
  if (puts.length + (isInitial(view, element) ? 1 : 0) >= taken.length) return undefined;
  const [first, row] = [view.partition.row[taken[0]!]!, view.partition.row[last]!];
  return {
    name: 'duplicate-element',
    sentence: (words) =>
      `${words.observed(row)}, which ${words.operation(first)} had taken out, too, by ${words.end(first)}, although ${words.value(element)} was put there ${times(puts.length)}.`,
  };
}

const times = (count: number) => (count === 1 ? 'only once' : `only ${count} times`);

function empty(view: View): Named {
  const { partition, shown, empties } = view;
  const { row, call, ret } = partition;
  const found = empties[empties.length - 1]!;
  const held = shown.find((i) => isPut(view, i) && ret[i]! < call[found]!);
  const taker = held === undefined ? NOBODY : takerOf(view, elementOf(view, held));
  if (held !== undefined && (taker === NOBODY || call[taker]! > ret[found]!)) {
    return {
      name: taker === NOBODY ? 'lost-element' : 'false-empty',
      sentence: (words) =>
        `${words.observed(row[found]!)}, although ${words.value(elementOf(view, held))} was in there: ${words.operation(row[held]!)} had been acknowledged at ${words.end(row[held]!)}, and ${fate(view, taker, words)}.`,
      context: taker === NOBODY ? [] : [row[taker]!],
    };
  }
  return {
    name: 'false-empty',
    sentence: (words) =>
      `${words.observed(row[found]!)}, although at every instant from then to ${words.end(row[found]!)} one of the elements of these operations was in there.`,
  };
}

function outOfOrder(view: View): Named {
  const { partition, stuck } = view;
  const { row } = partition;
  for (const seen of [...view.sights].reverse()) {
    const blocker = blockerOf(view, seen);
    if (blocker === NOBODY) continue;
    const [x, y] = [elementOf(view, blocker), elementOf(view, seen)];
    const taker = takerOf(view, x);
    return {
      name: 'out-of-order',
      sentence: (words) =>
        `${words.observed(row[seen]!)}, although ${words.value(x)} had to come first: ${FIRST[view.order](words.value(x), words.value(y))} (${words.operation(row[blocker]!)} had been acknowledged at ${words.end(row[blocker]!)}), and ${fate(view, taker, words)}.`,
      context: [row[blocker]!, ...(taker === NOBODY ? [] : [row[taker]!])],
    };
  }
  return {
    name: 'out-of-order',
    sentence: (words) =>
      `${words.sentence(words.operation(row[stuck]!))}, completed at ${words.end(row[stuck]!)}, fits nowhere: no order of these operations respects their times and the order in which elements come out.`,
  };
}

/** The put of an element that was certainly in there while `seen` saw another one, and that had to come out first. */
function blockerOf(view: View, seen: number): number {
  const { partition, actions, shown, order } = view;
  const { call, ret } = partition;
  const y = elementOf(view, seen);
  const put = putsOf(view, y, seen).before;
  const found = shown.find((i) => {
    const x = elementOf(view, i);
    if (!isPut(view, i) || x === y || ret[i]! > call[seen]!) return false;
    const taker = takerOf(view, x);
    if (taker !== NOBODY && call[taker]! < ret[seen]!) return false;
    if (order === 'least') return (actions.values.value(x) as number) < (actions.values.value(y) as number);
    if (order === 'first') return put.every((one) => ret[i]! < call[one]!);
    return order === 'last' && put.every((one) => ret[one]! < call[i]!);
  });
  return found ?? NOBODY;
}

function isPut(view: View, i: number): boolean {
  return view.elements.puts(view.partition.action[i]!) && elementOf(view, i) !== NO_VALUE;
}

/** Who took the element out, completed or not; NOBODY. */
function takerOf(view: View, element: number): number {
  const { partition, elements, actions } = view;
  for (let i = 0; i < partition.count; i++) {
    const action = partition.action[i]!;
    if (elements.of(action) !== element || actions.output[action] === NO_VALUE) continue;
    if (actions.model.container!.role(...actions.operation(action)).act === 'take') return i;
  }
  return NOBODY;
}

function fate({ partition }: View, taker: number, words: Words): string {
  if (taker === NOBODY) return 'nobody ever took it out';
  const row = partition.row[taker]!;
  const end = partition.ret[taker] === NEVER ? 'which never completed' : `completed at ${words.end(row)}`;
  return `it was taken out only by ${words.operation(row)}, invoked at ${words.start(row)} (${end})`;
}
