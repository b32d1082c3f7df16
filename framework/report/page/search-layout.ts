// Where the picture of a search has its lanes, bars and points. Drawn in Node, and again in the browser for other operations.
import type { Nanoseconds } from '../../contracts/time.js';
import type { PageOrder, PageSearch } from './evidence.js';
import { OrderedScale } from './ordered-scale.js';

export const SEARCH_WIDTH = 940;
export const BAR = 14;
const LEFT = 92;
const RIGHT = SEARCH_WIDTH - 10;
const MARGIN = 14;
const LANE = 38;
const BAR_TOP = 19;
const AXIS = 22;
/** Between points, where there is room. */
const STRIDE = 20;
const TICK_GAP = 110;
/** Of a character of a bar's text. */
const CHARACTER = 6.9;

export interface Layout {
  readonly height: number;
  /** Where lanes end and the axis begins. */
  readonly bottom: number;
  readonly lanes: readonly { process: number; node: string; y: number }[];
  /** By operation. `room`: characters of text above the bar. */
  readonly bars: readonly { x0: number; x1: number; y: number; room: number }[];
  readonly ticks: readonly { time: Nanoseconds; x: number }[];
}

export interface Point {
  readonly operation: number;
  readonly x: number;
  readonly y: number;
}

export function layoutOf({ operations }: PageSearch): Layout {
  const processes = [...new Set(operations.map(({ process }) => process))].sort((a, b) => a - b);
  const instants = operations.flatMap(({ invoked, completed }) =>
    completed === null ? [invoked] : [invoked, completed],
  );
  const scale = new OrderedScale(instants, LEFT + MARGIN, RIGHT - MARGIN);
  const top = new Map(processes.map((process, lane) => [process, lane * LANE]));
  const lanes = processes.map((process, lane) => {
    const { node } = operations.find((operation) => operation.process === process)!;
    return { process, node, y: lane * LANE + BAR_TOP };
  });
  const bars = operations.map(({ process, invoked, completed }, i) => {
    const [x0, x1] = [scale.x(invoked), completed === null ? RIGHT : scale.x(completed)];
    const after = operations.find((other, j) => j > i && other.process === process);
    const end = after === undefined ? RIGHT : scale.x(after.invoked) - 4;
    return { x0, x1: Math.max(x1, x0 + 3), y: top.get(process)! + BAR_TOP, room: Math.floor((end - x0) / CHARACTER) };
  });
  const bottom = processes.length * LANE + 4;
  return { height: bottom + AXIS, bottom, lanes, bars, ticks: scale.marks(TICK_GAP) };
}

/** A point for each step within its operation's bar, from left to right in order of effect. */
export function pointsOf(layout: Layout, { steps }: PageOrder): Point[] {
  const bars = steps.map((operation) => layout.bars[operation]!);
  // Whatever comes later has to fit before its own end.
  const ends: number[] = [];
  for (let i = bars.length - 1, end = Number.POSITIVE_INFINITY; i >= 0; i--) {
    end = Math.min(end, bars[i]!.x1);
    ends[i] = end;
  }
  let x = Number.NEGATIVE_INFINITY;
  return steps.map((operation, i) => {
    const { x0, y } = bars[i]!;
    const from = Math.max(x, x0);
    let waiting = 1;
    while (i + waiting < bars.length && bars[i + waiting]!.x0 <= ends[i]! && waiting < 12) waiting++;
    x = from + Math.max(0, Math.min(STRIDE, (ends[i]! - from) / (waiting + 1)));
    return { operation, x, y: y + BAR / 2 };
  });
}

/** Where the first illegal next step would have to be: within its bar, not before the last point. */
export function illegalPoint(layout: Layout, { next }: PageOrder, points: readonly Point[]): Point | null {
  const [first] = next;
  if (first === undefined) return null;
  const { x0, x1, y } = layout.bars[first.operation]!;
  const last = points[points.length - 1]?.x ?? x0;
  return { operation: first.operation, x: Math.min(x1, Math.max(x0 + 6, last + STRIDE / 2)), y: y + BAR / 2 };
}

/** A line from point to point. */
export function lineThrough(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${Math.round(x * 10) / 10} ${y}`).join('');
}

/** How far the order goes, which is the longest with an operation (null: of all), and what ends it. */
export function orderSentence(search: PageSearch, order: number, operation: number | null): string {
  const { steps, next, earlier } = search.orders[order]!;
  const length = `${steps.length} ${steps.length === 1 ? 'operation' : 'operations'}${earlier > 0 ? ` after ${earlier} earlier ones` : ''}`;
  const end = next[0] === undefined ? 'Nothing can follow.' : `Then ${next[0].why}.`;
  if (operation === null) return `The longest order has ${length}. ${end}`;
  const { text, process } = search.operations[operation]!;
  return `The longest order with ${text} by process ${process}, step ${steps.indexOf(operation) + 1}, has ${length}. ${end}`;
}

/** Why an operation is in none of the orders. */
export function nowhereSentence({ operations, exhaustive, stuck }: PageSearch, operation: number): string {
  const { text, process } = operations[operation]!;
  const which = operation === stuck ? ', with whose return no order was left,' : '';
  return exhaustive
    ? `${text} by process ${process}${which} fits nowhere: every order was tried.`
    : `${text} by process ${process}${which} is in none of the orders that were found; not all were tried.`;
}
