// Elements that no observed-remove set can show like this, drawn: their adds and removes, and the reads that contradict them.
import type { Chart, Lane, Span } from '../../framework/contracts/exhibit.js';
import type { History } from '../../framework/contracts/history.js';
import { isUnexpected } from '../shared/element-anomalies.js';
import type { Elements } from '../shared/elements.js';
import { lanesChart, MOST_LANES, ofHowMany } from '../shared/exhibits.js';
import type { FinalRead } from '../shared/final-reads.js';
import { show } from '../shared/text.js';
import type { Judgement, Missing, Revived } from './judge.js';

export function picture(history: History, elements: Elements, { missing, revived }: Judgement): Chart | null {
  const lanes = new Map<number, Span[]>();
  const add = (id: number, ...spans: Span[]) => lanes.set(id, [...(lanes.get(id) ?? []), ...spans]);
  for (const item of missing) add(item.element, ...missingSpans(history, item));
  for (const item of revived) add(item.element, ...revivedSpans(history, item));
  const { mate } = history.columns;
  for (let id = 0; id < elements.count; id++) {
    const madeUp = isUnexpected(elements, id) ? elements.firstSeen[id]! : -1;
    const twice = elements.repeated[id]!;
    if (madeUp >= 0) add(id, wrongSpan(history, mate[madeUp]!, madeUp, 'shown, though nobody had added it'));
    if (twice >= 0) add(id, wrongSpan(history, mate[twice]!, twice, 'shown more than once'));
  }
  const shown = [...lanes].slice(0, MOST_LANES);
  return lanesChart(
    'Elements that reads contradict',
    `One row for each element: what made it known, the remove that took it away, and the reads that should show or lack it.${ofHowMany(shown.length, lanes.size)}`,
    shown.map(([id, spans]): Lane => ({ name: show(elements.interner.values[id]), spans })),
  );
}

/** `invoked` and `completed`: event indexes of one operation. */
function spanOf({ columns: { time } }: History, invoked: number, completed: number, text: string): Span {
  return { from: time[invoked]!, to: time[completed]!, text, operation: invoked };
}

function wrongSpan(history: History, invoked: number, completed: number, text: string): Span {
  return { ...spanOf(history, invoked, completed, text), wrong: true };
}

function missingSpans(history: History, { witness, read, finals, back }: Missing): Span[] {
  const known = witness.by === 'add' ? 'added' : 'shown';
  const text = back ? 'missing, shown again later' : 'missing';
  return [spanOf(history, witness.invoked, witness.row, known), ...reads(history, read, finals, text)];
}

function revivedSpans(history: History, { add, removal, read, finals }: Revived): Span[] {
  const { mate } = history.columns;
  const end = mate[add]! < 0 ? add : mate[add]!;
  return [
    spanOf(history, add, end, 'added'),
    ...(removal.invoked > end
      ? [{ ...spanOf(history, add, removal.invoked, 'in the set'), from: history.columns.time[end]! }]
      : []),
    spanOf(history, removal.invoked, removal.acknowledged, 'removed'),
    ...reads(history, read, finals, 'shown again'),
  ];
}

/** Each read once: the first one, and the final ones. */
function reads(history: History, first: number, finals: readonly FinalRead[], text: string): Span[] {
  const rest = finals.filter(({ completed }) => completed !== first);
  return [
    wrongSpan(history, history.columns.mate[first]!, first, text),
    ...rest.map(({ place, invoked, completed }) =>
      wrongSpan(history, invoked, completed, `${text}: final read of ${place}`),
    ),
  ];
}
