// The few operations that prove an anomaly as intervals on a time axis, with the arrows that contradict each other.
import type { Operation } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import type { Conflict, Pair, Step } from './conflict.js';
import { type Fault, faultTip } from './faults.js';
import { type Html, html } from './html.js';
import { leaderMarks } from './leader-marks.js';
import type { LeaderChange } from './leaders.js';
import { operationSummary, operationText } from './operations.js';
import { OrderedScale } from './page/ordered-scale.js';
import { bar, figure, label, px, textWidth } from './plot.js';
import { clipShort, plural } from './text.js';
import { digitsFor, duration, instant } from './time-text.js';

const WIDTH = 900;
const LEFT = 136;
const RIGHT = WIDTH - 12;
const FAULT_LANE = 22;
const ROW = 42;
const MARGIN = 22;
/** At the right, for arrows from results. */
const RETURN = 44;
const MOST_FAULTS = 3;
const MOST_MARKS = 4;
const MOST_WITH_ARROWS = 7;

export interface Proof {
  readonly operations: readonly Operation[];
  readonly roles: readonly string[];
  readonly faults: readonly Fault[];
  readonly leaders: readonly LeaderChange[];
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly conflict: Conflict | null;
  readonly steps: readonly Step[];
}

/** `[a, b]`: `a` had completed before `b` was invoked, and nothing shown lies wholly between them. */
export function realTimeOrder(operations: readonly Operation[]): [number, number][] {
  const before = (a: Operation, b: Operation) => a.completed !== undefined && isSettled(a) && a.completed < b.invoked;
  const pairs: [number, number][] = [];
  operations.forEach((a, i) => {
    operations.forEach((b, j) => {
      if (before(a, b) && !operations.some((c) => before(a, c) && before(c, b))) pairs.push([i, j]);
    });
  });
  return pairs;
}

/** Among many operations arrows are a thicket. */
function timeOrder(operations: readonly Operation[]): readonly Pair[] {
  return operations.length > MOST_WITH_ARROWS ? [] : realTimeOrder(operations);
}

/** An `info` operation may still take effect after it was given up. */
function isSettled(operation: Operation): boolean {
  return operation.outcome !== 'info' && operation.completed !== undefined;
}

export function proofPicture(proof: Proof, id: string): Html {
  const { operations, roles, from, to, conflict } = proof;
  const faults = proof.faults.slice(0, MOST_FAULTS);
  const marks = proof.leaders.filter(({ time }) => time >= from && time <= to).slice(0, MOST_MARKS);
  const right = RIGHT - MARGIN - (conflict === null ? 0 : RETURN);
  const scale = new OrderedScale(instantsOf(operations, faults, marks, from, to), LEFT + MARGIN, right);
  const top = 6 + faults.length * FAULT_LANE + (marks.length > 0 ? 16 : 0);
  const bottom = top + operations.length * ROW + 4;
  const bands = faults.map((fault, lane) => {
    const x0 = fault.from <= from ? LEFT : scale.x(fault.from);
    const x1 = fault.to >= to ? RIGHT : scale.x(fault.to);
    const y = 4 + lane * FAULT_LANE;
    return html`${bar(x0, x1, y, bottom - y, 'band')}${bar(x0, x1, y, FAULT_LANE - 4, 'fault', faultTip(fault))}${label(LEFT - 8, y + 13, clipShort(fault.name, 14), 'lane', 'end')}${label(Math.max(x0, LEFT) + 6, y + 13, clipShort(fault.what, Math.max(4, Math.floor((x1 - x0 - 12) / 6.6))), 'on-fault')}`;
  });
  const changes = leaderMarks(marks, (time) => scale.x(time), top - 4, bottom, top - 6, RIGHT);
  const rows = operations.map((operation, row) =>
    operationRow(operation, roles[row] ?? '', row, top + row * ROW, scale, digitsFor(to - from), right + MARGIN),
  );
  const arrows = arrowsOf(proof, top, scale);
  const hidden = proof.faults.length - faults.length;
  return figure({
    id: `${id}-picture`,
    title: 'The operations that prove it, on a time axis',
    description: operations
      .map((operation, i) => `${i + 1}: ${operationSummary(operation).replaceAll('\n', ', ')}`)
      .join('. '),
    width: WIDTH,
    height: bottom + 4,
    content: html`${bands}${changes}${arrows}${rows}`,
    caption: html`${captionOf(proof)} Short spans are widened; the times are exact.${hidden > 0 ? ` ${plural(hidden, 'more fault')} not drawn.` : ''}`,
  });
}

function captionOf({ operations, conflict }: Proof): string {
  if (conflict !== null && conflict.order.length > 0) {
    return 'Dotted arrows: the order of time. Red: the order that the results ask for.';
  }
  if (conflict !== null) return 'Each bar is an operation, from invocation to completion.';
  const dotted = timeOrder(operations).length > 0;
  return `Each bar is an operation, from invocation to completion.${dotted ? ' An arrow: the first had completed before the second was invoked, so it took effect first.' : ''}`;
}

function instantsOf(
  operations: readonly Operation[],
  faults: readonly Fault[],
  marks: readonly { time: Nanoseconds }[],
  from: Nanoseconds,
  to: Nanoseconds,
): Nanoseconds[] {
  const edges = faults.flatMap((fault) => [fault.from, fault.to]).filter((time) => time > from && time < to);
  const ends = operations.flatMap(({ invoked, completed }) =>
    completed === undefined ? [invoked] : [invoked, completed],
  );
  return [...ends, ...edges, ...marks.map(({ time }) => time)];
}

function operationRow(
  operation: Operation,
  role: string,
  row: number,
  y: number,
  scale: OrderedScale,
  digits: number,
  right: number,
): Html {
  const { invoked, completed, index } = operation;
  const x0 = scale.x(invoked);
  const x1 = isSettled(operation) ? scale.x(completed!) : RIGHT;
  const barY = y + 20;
  const text = textOf(operation, role);
  const timesText = times(operation, digits);
  const width = 8.2 * text.length + textWidth(timesText) + 16;
  const textX = Math.max(LEFT + 4, Math.min(x0, right - width));
  const end = completed === undefined ? '' : html` data-completed="${completed}"`;
  return html`<g class="witness" data-numbers="${row + 1}" data-row="${index}" data-invoked="${invoked}"${end}>${label(LEFT - 30, y + 20, `process ${operation.process}`.slice(-15), 'lane', 'end')}${label(LEFT - 30, y + 33, clipShort(operation.node ?? '', 12), 'lane faint', 'end')}<circle class="badge" cx="${LEFT - 14}" cy="${px(barY)}" r="9"/>${label(LEFT - 14, barY + 4, String(row + 1), 'badge-text', 'middle')}
<text x="${px(textX)}" y="${px(y + 14)}"><tspan class="what">${text}</tspan><tspan class="faint" dx="8">${timesText}</tspan></text>${bar(x0, x1, barY, 14, `op ${operation.outcome}`, operationSummary(operation), 6)}</g>
`;
}

/** What a role says of a list says more than its beginning. */
function textOf(operation: Operation, role: string): string {
  const outcome = operation.outcome === 'ok' ? '' : ` (${operation.outcome})`;
  if (role === '') return `${operationText(operation, 48)}${outcome}`;
  const isList = Array.isArray(operation.value) && (operation.asked === null || operation.asked === undefined);
  const what = isList ? clipShort(operation.f, 24) : operationText(operation, 30);
  return `${what}${outcome}: ${clipShort(role, 40)}`;
}

function times({ invoked, completed }: Operation, digits: number): string {
  if (completed === undefined) return `at ${instant(invoked, digits)}, never completed`;
  return `at ${instant(invoked, digits)}, took ${duration(completed - invoked)}`;
}

function arrowsOf({ operations, conflict, steps }: Proof, top: number, scale: OrderedScale): Html {
  if (conflict === null) return html`${timeOrder(operations).map((pair) => timeArrow(operations, pair, top, scale))}`;
  const { needed, broken, order } = conflict;
  if (order.length === 0) return operations.length === 2 ? clash(operations, top, scale) : html``;
  const result = steps.find(({ kind }) => kind === 'result')!.letter;
  const letters = steps.filter(({ kind }) => kind === 'time').map(({ letter }) => letter);
  const time = [...needed, ...broken].map((pair, i) => timeArrow(operations, pair, top, scale, letters[i]));
  return html`${time}${broken.map((pair) => resultArrow(operations, pair, top, scale, result))}`;
}

function timeArrow(
  operations: readonly Operation[],
  [a, b]: Pair,
  top: number,
  scale: OrderedScale,
  letter?: string,
): Html {
  const x0 = scale.x(operations[a]!.completed!);
  const x1 = scale.x(operations[b]!.invoked);
  const y0 = top + a * ROW + (b > a ? 34 : 20);
  const y1 = top + b * ROW + 27;
  const badge = letter === undefined ? '' : letterBadge((x0 + x1) / 2, y1, letter, 'order-letter');
  return html`<path class="order" d="M${px(x0)} ${px(y0)}V${px(y1)}H${px(x1 - 2)}"/><path class="order-head" d="M${px(x1 - 1)} ${px(y1)}l-7 -4v8z"/>${badge}`;
}

/** From the end of the second, back to the first: what came later has to come first. */
function resultArrow(
  operations: readonly Operation[],
  [first, second]: Pair,
  top: number,
  scale: OrderedScale,
  letter: string,
): Html {
  const end = (i: number) => endOf(operations, i, scale);
  const rows = operations.slice(Math.min(first, second), Math.max(first, second) + 1);
  const x = Math.min(RIGHT - 12, Math.max(...rows.map((_, i) => end(Math.min(first, second) + i))) + 24);
  const [y0, y1] = [top + second * ROW + 27, top + first * ROW + 27];
  const x1 = end(first);
  return html`<path class="result" d="M${px(end(second) + 2)} ${px(y0)}H${px(x)}V${px(y1)}H${px(x1 + 8)}"/><path class="result-head" d="M${px(x1 + 1)} ${px(y1)}l9 -5v10z"/>${letterBadge((x1 + x) / 2, y1, letter, 'result-letter')}`;
}

/** Two operations of which neither can follow the other. */
function clash(operations: readonly Operation[], top: number, scale: OrderedScale): Html {
  const ends = operations.map((_, i) => endOf(operations, i, scale) + 1);
  const x = Math.max(...ends) + 24;
  const [y0, y1] = [top + 27, top + ROW + 27];
  const heads = ends.map(
    (end, i) => html`<path class="result-head" d="M${px(end)} ${px(i === 0 ? y0 : y1)}l9 -5v10z"/>`,
  );
  return html`<path class="result" d="M${px(ends[0]! + 8)} ${px(y0)}H${px(x)}V${px(y1)}H${px(ends[1]! + 8)}"/>${heads}${letterBadge(x, (y0 + y1) / 2, 'A', 'result-letter')}`;
}

function endOf(operations: readonly Operation[], i: number, scale: OrderedScale): number {
  const { completed, invoked } = operations[i]!;
  return Math.min(RIGHT - RETURN, scale.x(completed ?? invoked));
}

function letterBadge(x: number, y: number, letter: string, className: string): Html {
  return html`<circle class="${className}" cx="${px(x)}" cy="${px(y)}" r="8.5"/>${label(x, y + 4, letter, 'badge-text', 'middle')}`;
}
