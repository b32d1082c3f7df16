// Lines, points and areas over time.
import type { Band, Chart, Series } from '../../../contracts/exhibit.js';
import type { Nanoseconds } from '../../../contracts/time.js';
import { clipShort } from '../../text.js';
import { dashOf, hueOf } from '../charts/hues.js';
import type { Entry } from '../charts/legend.js';
import { colour } from '../dom.js';
import { type Drawing, FONT, lastBefore, type Mark, type Row, type Sight } from './drawing.js';
import { type Heights, heightsOf, valueText } from './heights.js';
import { isHollow, SIGNS, shape, WRONG_SIGN } from './shapes.js';

const HEIGHT = 200;
/** Pixels within which a point is found. */
const NEAR = 14;
const LONGEST_NAME = 60;
/** More points than that are drawn small. */
const MANY = 400;

interface PointMark extends Mark {
  readonly value: number;
  /** Position of its entry. */
  readonly entry: number;
}

export class Values implements Drawing<PointMark> {
  readonly height = HEIGHT;
  readonly gutter: number;
  readonly entries: readonly Entry[];
  readonly marks: readonly PointMark[];
  readonly hidden = new Set<number>();
  readonly #bands: readonly Band[];
  readonly #series: readonly Series[];
  readonly #heights: Heights;
  readonly #unit: string;
  /** Position of each series among those of its kind, which says how it looks. */
  readonly #looks: readonly number[];

  constructor({ series = [], bands = [], unit = '', log = false }: Chart) {
    this.#bands = bands;
    this.#series = series;
    this.#unit = clipShort(unit, 20);
    this.#heights = heightsOf(everyValue(series, bands), log);
    this.#looks = series.map(({ wrong }, i) => (wrong ? -1 : i));
    this.entries = [
      ...bands.map(({ name }, i) => ({
        name: clipShort(name, LONGEST_NAME),
        colour: hueOf(i + 2),
        look: '▒',
        shown: true,
      })),
      ...series.map(({ name, shape: kind, wrong }, i) => ({
        name: clipShort(name, LONGEST_NAME),
        colour: wrong ? 'bad' : hueOf(i),
        look: kind === 'points' ? (wrong ? WRONG_SIGN : SIGNS[i % SIGNS.length]!) : dashOf(i),
        shown: true,
      })),
    ];
    this.gutter = 10 + 7 * Math.max(...this.#heights.ticks.map((tick) => this.#text(tick).length));
    this.marks = this.#marks();
  }

  draw(context: CanvasRenderingContext2D, view: Sight): void {
    this.#grid(context, view);
    context.save();
    context.beginPath();
    context.rect(view.left - 5, view.top - 5, view.width + 10, view.height + 10);
    context.clip();
    this.#bands.forEach((band, i) => {
      if (!this.hidden.has(i)) this.#band(context, view, band, this.entries[i]!.colour);
    });
    // What is wrong lies above the rest.
    const order = this.#series
      .map((_, i) => i)
      .sort((a, b) => Number(this.#series[a]!.wrong ?? false) - Number(this.#series[b]!.wrong ?? false));
    for (const i of order) {
      const entry = this.#bands.length + i;
      if (this.hidden.has(entry)) continue;
      const one = this.#series[i]!;
      if (one.shape === 'points') this.#points(context, view, one, this.#looks[i]!, this.entries[entry]!.colour);
      else this.#line(context, view, one, i, this.entries[entry]!.colour);
    }
    context.restore();
  }

  textOf({ wrong, entry, value }: PointMark): string {
    return `${wrong ? `${WRONG_SIGN} ` : ''}${this.entries[entry]!.name}: ${this.#text(value)}`;
  }

  place({ time, value }: PointMark, view: Sight): { x: number; y: number } {
    return { x: view.x(time), y: this.#y(value, view) };
  }

  near(x: number, y: number, view: Sight): PointMark | null {
    const reach = NEAR * view.pixel;
    const at = view.from + (x - view.left) * view.pixel;
    let found: PointMark | null = null;
    let least = NEAR * NEAR;
    for (let i = lastBefore(this.marks, at - reach, ({ time }) => time) + 1; i < this.marks.length; i++) {
      const mark = this.marks[i]!;
      if (mark.time > at + reach) break;
      if (this.hidden.has(mark.entry)) continue;
      const place = this.place(mark, view);
      const distance = (place.x - x) ** 2 + (place.y - y) ** 2;
      if (distance < least || (distance === least && mark.wrong)) {
        least = distance;
        found = mark;
      }
    }
    return found;
  }

  values(time: Nanoseconds): (string | null)[] {
    const bands = this.#bands.map(({ points }) => {
      const point = points[lastBefore(points, time, ([at]) => at)];
      if (point === undefined) return null;
      return point[1] === point[2] ? this.#text(point[1]) : `${this.#text(point[1])} to ${this.#text(point[2])}`;
    });
    const series = this.#series.map(({ points, shape: kind }) => {
      const value = kind === 'points' ? null : (points[lastBefore(points, time, ([at]) => at)]?.[1] ?? null);
      return value === null ? null : this.#text(value);
    });
    return [...bands, ...series];
  }

  says(time: Nanoseconds): string[] {
    return this.values(time).flatMap((value, i) =>
      value === null || this.hidden.has(i) ? [] : [`${this.entries[i]!.name} ${value}`],
    );
  }

  table(): ReturnType<Drawing['table']> {
    return {
      columns: [
        { title: 'time', shows: 'instant' },
        { title: 'what' },
        { title: this.#unit === '' ? 'value' : this.#unit, numeric: true },
        { title: 'to', numeric: true },
        { title: 'operation', shows: 'operation' },
      ],
      rows: this.#rows(),
    };
  }

  *#rows(): Generator<Row> {
    const named = this.#series.map((series, i) => ({ ...series, label: this.entries[this.#bands.length + i]!.name }));
    for (const { label, points, wrong } of named.sort((a, b) => Number(b.wrong ?? false) - Number(a.wrong ?? false))) {
      for (const [time, value, operation] of points) {
        yield [time, `${wrong ? `${WRONG_SIGN} ` : ''}${label}`, value, null, operation ?? null];
      }
    }
    for (const [i, { points }] of this.#bands.entries()) {
      for (const [time, low, high] of points) yield [time, this.entries[i]!.name, low, high, null];
    }
  }

  #text(value: number): string {
    return valueText(value, this.#unit);
  }

  #marks(): PointMark[] {
    return this.#series
      .flatMap(({ points, wrong = false }, i) => {
        const entry = this.#bands.length + i;
        return points.flatMap(([time, value, operation]): PointMark[] =>
          value === null ? [] : [{ time, to: time, value, entry, wrong, operation }],
        );
      })
      .sort((a, b) => a.time - b.time);
  }

  #y(value: number, view: Sight): number {
    return view.bottom - this.#heights.share(value) * view.height;
  }

  #grid(context: CanvasRenderingContext2D, view: Sight): void {
    context.font = FONT;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.lineWidth = 1;
    context.strokeStyle = colour('grid');
    context.fillStyle = colour('faint');
    for (const tick of this.#heights.ticks) {
      const y = Math.round(this.#y(tick, view)) + 0.5;
      context.beginPath();
      context.moveTo(view.left, y);
      context.lineTo(view.left + view.width, y);
      context.stroke();
      context.fillText(this.#text(tick), view.left - 6, y);
    }
  }

  #band(context: CanvasRenderingContext2D, view: Sight, { points }: Band, name: string): void {
    const edge = (value: 1 | 2) => {
      const path: [number, number][] = [];
      points.forEach((point, i) => {
        const y = this.#y(point[value], view);
        const until = points[i + 1]?.[0] ?? Math.max(point[0], view.to);
        path.push([view.x(point[0]), y], [view.x(until), y]);
      });
      return path;
    };
    const [low, high] = [edge(1), edge(2)];
    context.fillStyle = colour(name);
    context.strokeStyle = colour(name);
    context.globalAlpha = 0.22;
    trace(context, [...high, ...low.reverse()]);
    context.fill();
    context.globalAlpha = 0.7;
    context.lineWidth = 1;
    for (const path of [high, low]) {
      trace(context, path);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  #line(
    context: CanvasRenderingContext2D,
    view: Sight,
    { points, shape: kind }: Series,
    i: number,
    name: string,
  ): void {
    context.strokeStyle = colour(name);
    context.lineWidth = 1.75;
    context.setLineDash([...dashOf(i)]);
    context.beginPath();
    let before: number | null = null;
    for (const [time, value] of points) {
      const x = view.x(time);
      if (kind === 'steps' && before !== null) context.lineTo(x, before);
      if (value === null) {
        before = null;
        continue;
      }
      const y = this.#y(value, view);
      if (before === null) context.moveTo(x, y);
      else context.lineTo(x, y);
      before = y;
    }
    context.stroke();
    context.setLineDash([]);
  }

  #points(context: CanvasRenderingContext2D, view: Sight, { points, wrong }: Series, look: number, name: string): void {
    context.beginPath();
    for (const [time, value] of points) {
      if (value === null || !view.shows(time, time)) continue;
      shape(context, look, view.x(time), this.#y(value, view), points.length > MANY ? 1.8 : 3.5);
    }
    context.strokeStyle = colour(name);
    context.fillStyle = colour(name);
    context.lineWidth = wrong ? 2.5 : 1.5;
    if (wrong || isHollow(look)) context.stroke();
    else context.fill();
  }
}

function trace(context: CanvasRenderingContext2D, path: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of path) context.lineTo(x, y);
}

function* everyValue(series: readonly Series[], bands: readonly Band[]): Generator<number> {
  for (const { points } of series) for (const [, value] of points) if (value !== null) yield value;
  for (const { points } of bands) {
    for (const [, low, high] of points) {
      yield low;
      yield high;
    }
  }
}
