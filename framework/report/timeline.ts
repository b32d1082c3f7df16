// Every operation of a short stretch: a lane for each process, bars coloured and shaped by outcome, faults and leaders above.
import type { Operation } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { legend } from './areas.js';
import { faultBands, faultLanes } from './fault-lanes.js';
import { type Html, html } from './html.js';
import { leaderMarks } from './leader-marks.js';
import { endOf, keyText, operationSummary, operationText, valueText } from './operations.js';
import { bar, figure, label, px, TimeScale, textWidth, timeAxis } from './plot.js';
import type { Case, Story } from './story.js';
import { clipShort, plural } from './text.js';
import { instant } from './time-text.js';
import { firstInvocation, type Span, type Window, windowAt, windowsAround } from './windows.js';

/** Operations drawn with a tooltip each; a tooltip is some 150 bytes. */
const MOST_OPERATIONS = 500;
/** Around the first fault, where no operation is more interesting than another. */
const CALM_OPERATIONS = 200;
const MOST_LANES = 40;
const MOST_MARKS = 40;
const LANE = 20;

/** The windows around an anomaly or, when there is none, around the first fault. */
export function timeline(story: Story, found: Case | undefined): Html {
  const { history } = story.input;
  const { end } = story.statistics;
  const operations = found?.operations ?? [];
  const start = story.faults.inForce[0]?.from ?? firstInvocation(history);
  if (start === undefined) return html`<p class="note">The history holds no operation.</p>`;
  const spans = spansOf(found, end);
  const windows =
    spans.length > 0
      ? windowsAround(history, spans, end, MOST_OPERATIONS)
      : [windowAt(history, start, end, CALM_OPERATIONS)];
  const about =
    spans.length > 0 ? 'around the anomaly' : story.faults.inForce.length > 0 ? 'around the first fault' : '';
  return html`${windows.map((window, i) => closeUp(story, window, operations, i, about))}`;
}

/** Where an anomaly is; nothing where it is spread over much of the run. */
function spansOf(found: Case | undefined, end: Nanoseconds): Span[] {
  if (found?.span === undefined) return [];
  if (found.operations.length > 0) {
    return found.operations.map(({ invoked, completed }) => ({ from: invoked, to: completed ?? invoked }));
  }
  return found.span.to - found.span.from > end / 10 ? [] : [found.span];
}

interface Lane {
  readonly process: number;
  readonly node: string;
  readonly operations: Operation[];
}

function closeUp(story: Story, window: Window, witness: readonly Operation[], position: number, about: string): Html {
  const { history } = story.input;
  const numbers = new Map(witness.map((operation, i) => [operation.index, i + 1]));
  const keys = new Set(witness.map(({ key }) => key));
  const rows = sampled(window.rows, numbers);
  const all = lanesOf(rows.map((row) => history.operation(row)));
  const lanes = fewest(all, numbers, keys);
  const scale = new TimeScale(window.from, window.to);
  const faults = faultLanes(story.faults.inForce, scale, 18);
  const changes = story.leaders.filter(({ time }) => time >= scale.from && time <= scale.to).slice(0, MOST_MARKS);
  const top = 24 + faults.height;
  const bottom = top + lanes.length * LANE;
  const bars = lanes.map((lane, i) => laneOf(lane, top + i * LANE, scale, numbers, keys));
  const dims = keys.size > 0 && history.keys.length > 1;
  const keyName = keys.size === 1 ? keyText([...keys][0]) : '';
  const text = `From ${instant(window.from)} to ${instant(window.to)}${about === '' ? '' : `, ${about}`}`;
  return html`<h3>${text}</h3>
${dims ? html`<label class="toggle"><input type="checkbox" class="only-key"> Only ${keyName === '' ? 'the keys of the anomaly' : html`key <bdi>${keyName}</bdi>`}</label>` : ''}${figure(
  {
    id: `close-up-${position + 1}`,
    title: `Operations by process, ${text.toLowerCase()}`,
    description: `${plural(rows.length, 'operation')} of ${plural(lanes.length, 'process', 'processes')}. The operations of an anomaly are in the table of its evidence.`,
    height: bottom + 22,
    content: html`${timeAxis(scale, top - 8, bottom)}${faultBands(story.faults.inForce, scale, top - 8, bottom)}${faults.content}${leaderMarks(changes, (time) => scale.x(time), top - 8, bottom, 12, scale.right)}
${bars}`,
    caption: html`A lane for each process. ${legend()} Point at an operation for its details.${numbers.size > 0 ? ' Numbers are those of the evidence.' : ''}${dims ? ' Operations on other keys are pale.' : ''}${noticeOf(window.rows.length - rows.length, all.length - lanes.length)}`,
  },
)}`;
}

function noticeOf(operations: number, lanes: number): Html {
  const notices: string[] = [];
  if (operations > 0)
    notices.push(`${plural(operations, 'operation')} of this stretch are left out (evenly; none of the evidence).`);
  if (lanes > 0) notices.push(`${plural(lanes, 'process', 'processes')} left out.`);
  return html`${notices.map((notice) => html` <strong class="notice">${notice}</strong>`)}`;
}

/** Evenly spread where there are too many, but always with the witness. */
function sampled(rows: readonly number[], keep: ReadonlyMap<number, number>): number[] {
  if (rows.length <= MOST_OPERATIONS * 2) return [...rows];
  const stride = rows.length / MOST_OPERATIONS;
  const chosen = new Set<number>(rows.filter((row) => keep.has(row)));
  for (let i = 0; i < MOST_OPERATIONS; i++) chosen.add(rows[Math.floor(i * stride)]!);
  return [...chosen].sort((a, b) => a - b);
}

function lanesOf(operations: readonly Operation[]): Lane[] {
  const lanes = new Map<number, Lane>();
  for (const operation of operations) {
    const lane = lanes.get(operation.process) ?? {
      process: operation.process,
      node: operation.node ?? '',
      operations: [],
    };
    lane.operations.push(operation);
    lanes.set(operation.process, lane);
  }
  return [...lanes.values()].sort((a, b) => a.process - b.process);
}

/** Lanes of the witness first, then those that touch its keys. */
function fewest(
  lanes: readonly Lane[],
  witness: ReadonlyMap<number, number>,
  keys: ReadonlySet<Operation['key']>,
): readonly Lane[] {
  if (lanes.length <= MOST_LANES) return lanes;
  const proves = lanes.filter((lane) => lane.operations.some(({ index }) => witness.has(index)));
  const related = lanes.filter((lane) => lane.operations.some(({ key }) => keys.has(key)));
  const chosen = new Set([...new Set([...proves, ...related, ...lanes])].slice(0, MOST_LANES));
  return lanes.filter((lane) => chosen.has(lane));
}

function laneOf(
  lane: Lane,
  y: number,
  scale: TimeScale,
  numbers: ReadonlyMap<number, number>,
  keys: ReadonlySet<Operation['key']>,
): Html {
  const name = `${lane.process}${lane.node === '' ? '' : ` · ${clipShort(lane.node, 6)}`}`;
  const bars = lane.operations.map((operation) => {
    const number = numbers.get(operation.index);
    const pale = number === undefined && keys.size > 0 && !keys.has(operation.key);
    return operationBar(operation, y, scale, number, pale);
  });
  return html`${label(scale.left - 8, y + 12, name, 'lane', 'end')}<path class="rule" d="M${scale.left} ${y + LANE - 2}H${scale.right}"/>${bars}
`;
}

function operationBar(
  operation: Operation,
  y: number,
  scale: TimeScale,
  number: number | undefined,
  pale: boolean,
): Html {
  const x0 = scale.x(operation.invoked);
  const x1 = Math.max(scale.x(endOf(operation, scale.to)), x0 + 2);
  const room = Math.floor((x1 - x0 - 6) / textWidth('n'));
  const text = [operationText(operation), valueText(operation)].find(({ length }) => length > 0 && length <= room);
  const inside = text === undefined ? '' : label(x0 + 3, y + 12, text, `on-op ${operation.outcome}`);
  const classes = `op ${operation.outcome}${number === undefined ? '' : ' proof'}`;
  const mark =
    number === undefined
      ? ''
      : html`<circle class="badge" cx="${px(x0 - 10)}" cy="${y + 8}" r="8"/>${label(x0 - 10, y + 12, String(number), 'badge-text', 'middle')}`;
  const content = html`${bar(x0, x1, y + 1, LANE - 6, classes, operationSummary(operation), 2)}${inside}${mark}`;
  return pale ? html`<g class="pale">${content}</g>` : content;
}
