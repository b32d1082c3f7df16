// What the two kinds of pictures (values, lanes) have in common: where things lie, and what pointer and keys can find in them.
import type { Nanoseconds } from '../../../contracts/time.js';
import { duration } from '../../time-text.js';
import type { App } from '../app.js';
import type { Entry } from '../charts/legend.js';
import type { Stretch } from '../charts/stretch.js';
import { colour } from '../dom.js';

export const FONT = '12px system-ui, sans-serif';
/** Below the picture, for the axis of time. */
export const AXIS = 22;
const TOP = 6;
const RIGHT = 12;

/** A point or a span; `time` and `to` are the same for points. */
export interface Mark {
  readonly time: Nanoseconds;
  readonly to: Nanoseconds;
  readonly wrong: boolean;
  /** Event index of an invocation. */
  readonly operation: number | undefined;
}

export interface Drawing<M extends Mark = Mark> {
  /** Pixels of the picture, without the axis of time. */
  readonly height: number;
  /** Pixels that labels on the left need. */
  readonly gutter: number;
  readonly entries: readonly Entry[];
  /** In order of time. */
  readonly marks: readonly M[];
  /** What of it is shown or not, by position in `entries`. */
  readonly hidden: Set<number>;
  draw(context: CanvasRenderingContext2D, view: Sight): void;
  /** What a mark is, for people. */
  textOf(mark: M): string;
  /** Where a mark lies, in pixels of the canvas. */
  place(mark: M, view: Sight): { x: number; y: number };
  /** The mark at a place of the canvas, or close to it. */
  near(x: number, y: number, view: Sight): M | null;
  /** What holds at an instant: by entry, and as sentences. */
  values(time: Nanoseconds): (string | null)[];
  says(time: Nanoseconds): string[];
  /** The same as a table, row by row. */
  table(): {
    columns: readonly { title: string; numeric?: boolean; shows?: 'instant' | 'operation' }[];
    rows: Iterable<Row>;
  };
}

export type Row = (string | number | null)[];

/** What of the run the canvas shows, and where. */
export class Sight {
  readonly left: number;
  readonly top = TOP;
  readonly width: number;
  readonly height: number;
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;

  /** `width`: of the canvas. */
  constructor(width: number, gutter: number, height: number, stretch: Stretch) {
    this.left = gutter;
    this.width = Math.max(40, width - gutter - RIGHT);
    this.height = height;
    this.from = stretch.shown.value.from;
    this.to = stretch.shown.value.to;
  }

  get bottom(): number {
    return this.top + this.height;
  }

  x(time: Nanoseconds): number {
    return this.left + ((time - this.from) / (this.to - this.from)) * this.width;
  }

  /** Instants per pixel. */
  get pixel(): Nanoseconds {
    return (this.to - this.from) / this.width;
  }

  time(x: number): Nanoseconds {
    const time = this.from + ((x - this.left) / this.width) * (this.to - this.from);
    return Math.round(Math.min(this.to, Math.max(this.from, time)));
  }

  shows(from: Nanoseconds, to: Nanoseconds): boolean {
    return to >= this.from && from <= this.to;
  }
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function niceStep(range: number, count: number): number {
  const raw = range / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5].find((one) => one * power >= raw) ?? 10;
  return factor * power;
}

/** Faults in force, and the axis of time. */
export function drawFrame(context: CanvasRenderingContext2D, view: Sight, { run }: App): void {
  context.fillStyle = colour('band');
  for (const { from, to } of run.faults) {
    if (!view.shows(from, to)) continue;
    const left = Math.max(view.left, view.x(from));
    const right = Math.min(view.left + view.width, view.x(to));
    context.fillRect(left, view.top, Math.max(1, right - left), view.height);
  }
  const step = niceStep(view.to - view.from, view.width / 100);
  const digits = Math.max(0, -Math.floor(Math.log10(step / 1e9) + 1e-9));
  context.font = FONT;
  context.textBaseline = 'top';
  context.textAlign = 'center';
  context.strokeStyle = colour('grid');
  context.fillStyle = colour('faint');
  context.lineWidth = 1;
  for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
    const x = Math.round(view.x(time)) + 0.5;
    context.beginPath();
    context.moveTo(x, view.top);
    context.lineTo(x, view.bottom);
    context.stroke();
    const label = `${(time / 1e9).toFixed(Math.min(9, digits))} s`;
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.min(x, view.left + view.width + RIGHT - half), view.bottom + 5);
  }
}

export function spanText(from: Nanoseconds, to: Nanoseconds): string {
  return from === to ? '' : ` (${duration(to - from)})`;
}

/** Position of the last item that begins at or before the time; -1: none. */
export function lastBefore<T>(items: readonly T[], time: Nanoseconds, timeOf: (item: T) => Nanoseconds): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(items[middle]!) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
