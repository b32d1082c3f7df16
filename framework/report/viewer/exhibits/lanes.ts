// A row for each name, with stretches of time: who led, what was missing, when nobody answered.
import type { Chart } from '../../../contracts/exhibit.js';
import type { Nanoseconds } from '../../../contracts/time.js';
import { clipShort } from '../../text.js';
import type { Entry } from '../charts/legend.js';
import { colour } from '../dom.js';
import { type Drawing, FONT, type Mark, type Row, type Sight, spanText } from './drawing.js';
import { shape, WRONG_SIGN } from './shapes.js';

const ROW = 22;
const LOW_ROW = 16;
/** Lanes that get high rows. */
const FEW = 30;
const WIDEST_NAME = 150;
/** Characters that are worth to be shown of a text that does not fit. */
const WORTH = 7;
const LEAST_WIDTH = 3;
const NEAR = 6;

interface SpanMark extends Mark {
  readonly lane: number;
  readonly label: string;
}

export class Lanes implements Drawing<SpanMark> {
  readonly height: number;
  readonly gutter: number;
  readonly entries: readonly Entry[] = [];
  readonly marks: readonly SpanMark[];
  readonly hidden = new Set<number>();
  readonly #names: readonly string[];
  readonly #row: number;

  constructor({ lanes = [] }: Chart) {
    this.#names = lanes.map(({ name }) => clipShort(name, 40));
    this.#row = lanes.length <= FEW ? ROW : LOW_ROW;
    this.height = Math.max(1, lanes.length) * this.#row;
    this.gutter = Math.min(WIDEST_NAME, 14 + 7 * Math.max(4, ...this.#names.map((name) => name.length)));
    this.marks = lanes
      .flatMap(({ spans }, lane) =>
        spans.map(({ from, to, text = '', wrong = false, operation }): SpanMark => {
          return { time: from, to, lane, label: clipShort(text, 160), wrong, operation };
        }),
      )
      .sort((a, b) => a.time - b.time || a.to - b.to);
  }

  draw(context: CanvasRenderingContext2D, view: Sight): void {
    this.#rows(context, view);
    context.save();
    context.beginPath();
    context.rect(view.left - 1, view.top, view.width + 12, view.height);
    context.clip();
    // What is wrong lies above the rest.
    for (const wrong of [false, true]) {
      for (const mark of this.marks) {
        if (mark.wrong === wrong && view.shows(mark.time, mark.to)) this.#span(context, view, mark);
      }
    }
    context.restore();
  }

  textOf({ lane, label, wrong, time, to }: SpanMark): string {
    const what = `${this.#names[lane]}${label === '' ? '' : `: ${label}`}${spanText(time, to)}`;
    return `${wrong ? `${WRONG_SIGN} ` : ''}${what}`;
  }

  place(mark: SpanMark, view: Sight): { x: number; y: number } {
    const x = (view.x(Math.max(mark.time, view.from)) + view.x(Math.min(mark.to, view.to))) / 2;
    return { x, y: this.#middle(mark.lane, view) };
  }

  near(x: number, y: number, view: Sight): SpanMark | null {
    const lane = Math.floor((y - view.top) / this.#row);
    let found: SpanMark | null = null;
    let least = NEAR;
    for (const mark of this.marks) {
      if (mark.lane !== lane || !view.shows(mark.time, mark.to)) continue;
      const distance = Math.max(0, view.x(mark.time) - x, x - view.x(mark.to));
      if (distance < least || (distance === least && (mark.wrong || found?.wrong !== true))) {
        least = distance;
        found = mark;
      }
    }
    return found;
  }

  values(): (string | null)[] {
    return [];
  }

  says(time: Nanoseconds): string[] {
    return this.marks.filter((mark) => mark.time <= time && time <= mark.to).map((mark) => this.textOf(mark));
  }

  table(): ReturnType<Drawing['table']> {
    return {
      columns: [
        { title: 'row' },
        { title: 'from', shows: 'instant' },
        { title: 'to', shows: 'instant' },
        { title: 'what' },
        { title: 'operation', shows: 'operation' },
      ],
      rows: this.#table(),
    };
  }

  *#table(): Generator<Row> {
    for (const wrong of [true, false]) {
      for (const mark of this.marks) {
        if (mark.wrong !== wrong) continue;
        const what = `${wrong ? `${WRONG_SIGN} ` : ''}${mark.label}`;
        yield [this.#names[mark.lane]!, mark.time, mark.to, what, mark.operation ?? null];
      }
    }
  }

  #middle(lane: number, view: Sight): number {
    return view.top + (lane + 0.5) * this.#row;
  }

  #rows(context: CanvasRenderingContext2D, view: Sight): void {
    context.font = FONT;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    context.lineWidth = 1;
    context.strokeStyle = colour('grid');
    context.fillStyle = colour('ink');
    this.#names.forEach((name, lane) => {
      const y = Math.round(view.top + lane * this.#row) + 0.5;
      context.beginPath();
      context.moveTo(view.left, y);
      context.lineTo(view.left + view.width, y);
      context.stroke();
      context.fillText(fitted(context, name, view.left - 10), view.left - 7, this.#middle(lane, view));
    });
  }

  #span(context: CanvasRenderingContext2D, view: Sight, { time, to, lane, label, wrong }: SpanMark): void {
    const middle = this.#middle(lane, view);
    const left = Math.max(view.left, view.x(time));
    const right = Math.min(view.left + view.width, Math.max(view.x(to), left + LEAST_WIDTH));
    context.fillStyle = colour(wrong ? 'bad' : 'ok');
    if (time === to || right - left < 8)
      this.#instant(context, [(left + right) / 2, middle], right - left, wrong, view.left + view.width);
    else this.#bar(context, left, right, middle, wrong, label);
  }

  #instant(
    context: CanvasRenderingContext2D,
    [x, y]: [number, number],
    width: number,
    wrong: boolean,
    edge: number,
  ): void {
    const half = this.#row / 2 - 2;
    context.fillRect(x - width / 2, y - half, Math.max(wrong ? LEAST_WIDTH : 2, width), 2 * half);
    if (!wrong) return;
    // The cross stands beside it, whatever lies there.
    const at = x + (x > edge - 16 ? -10 : 10);
    context.fillStyle = colour('page');
    context.fillRect(at - 7, y - half, 14, 2 * half);
    context.beginPath();
    shape(context, -1, at, y);
    context.strokeStyle = colour('bad');
    context.lineWidth = 2.5;
    context.stroke();
  }

  #bar(
    context: CanvasRenderingContext2D,
    left: number,
    right: number,
    middle: number,
    wrong: boolean,
    label: string,
  ): void {
    const half = this.#row / 2 - 2;
    context.fillRect(left, middle - half, right - left, 2 * half);
    // Those that follow each other at once stay apart.
    context.fillStyle = colour('page');
    context.fillRect(right - 1, middle - half, 1, 2 * half);
    const room = right - left - 8;
    const text = fitted(context, wrong ? `${WRONG_SIGN} ${label}` : label, room);
    if (text === '') return;
    context.fillStyle = colour(wrong ? 'page' : 'ok-ink');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(text, left + 4, middle + 0.5);
  }
}

/** As much of the text as there is room for; nothing where not even a few characters fit. */
function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room < 8) return '';
  if (context.measureText(text).width <= room) return text;
  for (let length = Math.min(text.length - 1, Math.floor(room / 5)); length > 0; length--) {
    const cut = `${text.slice(0, length)}…`;
    if (context.measureText(cut).width <= room) return length < WORTH ? '' : cut;
  }
  return '';
}
