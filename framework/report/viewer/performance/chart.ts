// One picture over the run's time: its lines and its legend, with the pointer and the stretch that all charts share.
import uPlot from 'uplot';
import type { Nanoseconds } from '../../../contracts/time.js';
import type { App } from '../app.js';
import { legend } from '../charts/legend.js';
import type { Stretch } from '../charts/stretch.js';
import { colour, element } from '../dom.js';
import { type AxisKind, axes, rowHeight, scaleOf, scaleWithRows, VALUE_TEXT } from './axes.js';
import { drawFaults, drawPhases } from './behind.js';

const S = 1_000_000_000;
const HEIGHT = 230;

export interface Line {
  name: string;
  /** A custom property of the style. */
  colour: string;
  dash?: readonly number[];
  width?: number;
  shown?: boolean;
  /** One for each point; null: a gap. */
  values: readonly (number | null)[];
}

export interface ChartOptions {
  title: string;
  /** How to read it. */
  note: string;
  axis: AxisKind;
  /** Of values beside the lines that must fit, too. */
  extent?: readonly [lowest: number, highest: number];
  times: readonly Nanoseconds[];
  /** A value holds until the next point. */
  steps?: boolean;
  lines: readonly Line[];
  /** Position of the point whose values are shown for an instant. */
  at: (time: Nanoseconds) => number;
  /** One row for each below the lines, and their room in pixels. */
  rows?: readonly string[];
  /** Draws more, above the lines. */
  draw?: (plot: uPlot) => void;
  /** A click where nothing was dragged. */
  onClick?: (plot: uPlot, left: number, top: number) => void;
  /** Stands between the title and the lines' legend. */
  controls?: HTMLElement;
}

export interface Chart {
  readonly root: HTMLElement;
  readonly plot: uPlot;
  /** Other values for the same lines. */
  set(values: readonly (readonly (number | null)[])[]): void;
}

export function chart(app: App, stretch: Stretch, options: ChartOptions): Chart {
  const { title, note, lines, axis, at } = options;
  const frame = element('div', {
    class: 'plot',
    tabindex: '0',
    role: 'application',
    'aria-roledescription': 'chart',
    'aria-label': `${title}. The table below holds the figures. Left and right move the pointer, with Shift what is shown; plus and minus zoom, Escape shows the whole run.`,
  });
  let values = lines.map((line) => line.values);
  const plot = new uPlot(plotOptions(app, stretch, options, frame), dataOf(options.times, values), frame);
  const switches = legend(
    `Lines of: ${title}`,
    lines.map((line) => ({ name: line.name, colour: line.colour, look: line.dash ?? [], shown: line.shown ?? true })),
    (position, shown) => plot.setSeries(position + 1, { show: shown }),
  );
  const root = element(
    'figure',
    { class: 'chart' },
    element('h3', {}, title),
    element('div', { class: 'keys' }, options.controls ?? null, lines.length === 0 ? null : switches.root),
    frame,
    element('figcaption', {}, note),
  );
  app.cursor.listen(({ time }) => {
    switches.show(values.map((row) => textAt(row, time, at, axis)));
    if (frame.matches(':hover')) return;
    const left = time === null ? -10 : plot.valToPos(time / S, 'x');
    plot.setCursor({ left, top: time === null ? -10 : 0 }, false);
  });
  stretch.shown.listen(({ from, to }) => plot.setScale('x', { min: from / S, max: to / S }));
  return {
    root,
    plot,
    set: (others) => {
      values = [...others];
      plot.setData(dataOf(options.times, values), false);
      plot.redraw();
    },
  };
}

function textAt(
  row: readonly (number | null)[],
  time: Nanoseconds | null,
  at: (time: Nanoseconds) => number,
  axis: AxisKind,
): string | null {
  const value = time === null ? null : (row[at(time)] ?? null);
  return value === null ? null : VALUE_TEXT[axis](value);
}

function dataOf(times: readonly Nanoseconds[], values: readonly (readonly (number | null)[])[]): uPlot.AlignedData {
  return [times.map((time) => time / S), ...values.map((row) => [...row])];
}

function plotOptions(app: App, stretch: Stretch, options: ChartOptions, frame: HTMLElement): uPlot.Options {
  const { axis, lines, rows = [], steps = false, draw, onClick } = options;
  const [lowest, highest] = extentOf(options);
  return {
    width: Math.max(200, frame.clientWidth || 640),
    height: HEIGHT + rows.length * rowHeight(rows.length),
    padding: [6, 12, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, auto: false, range: () => [stretch.shown.value.from / S, stretch.shown.value.to / S] },
      y: rows.length === 0 ? scaleOf(axis, lowest, highest) : scaleWithRows(rows.length),
    },
    axes: axes(axis, rows),
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({
          show: line.shown ?? true,
          stroke: () => colour(line.colour),
          width: line.width ?? 1.5,
          ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
          ...(steps ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          points: { show: false },
          spanGaps: false,
        }),
      ),
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          stretch.reset();
          return null;
        },
      },
    },
    hooks: {
      drawClear: [(plot) => drawFaults(plot, app.run)],
      draw: [...(draw === undefined ? [] : [draw]), (plot) => drawPhases(plot, app.run)],
      setCursor: [(plot) => app.cursor.set({ time: timeAt(plot, stretch.end) })],
      setSelect: [(plot) => select(plot, stretch)],
      ready: [(plot) => listenToClicks(plot, onClick)],
    },
  };
}

function extentOf({ lines, extent }: ChartOptions): readonly [number, number] {
  let [lowest, highest] = extent ?? [Number.POSITIVE_INFINITY, 0];
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null) continue;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  return [Number.isFinite(lowest) ? lowest : 1, highest];
}

function timeAt(plot: uPlot, end: Nanoseconds): Nanoseconds | null {
  const { left = -1 } = plot.cursor;
  return left < 0 ? null : Math.min(end, Math.max(0, Math.round(plot.posToVal(left, 'x') * S)));
}

/** Pixels that must be dragged for a zoom: less is a click. */
const DRAGGED = 4;

function select(plot: uPlot, stretch: Stretch): void {
  const { left, width } = plot.select;
  if (width < DRAGGED) return;
  const [from, to] = [plot.posToVal(left, 'x') * S, plot.posToVal(left + width, 'x') * S];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  stretch.show(from, to);
}

function listenToClicks(plot: uPlot, onClick: ChartOptions['onClick']): void {
  if (onClick === undefined) return;
  let down = 0;
  plot.over.addEventListener('pointerdown', ({ clientX }) => {
    down = clientX;
  });
  plot.over.addEventListener('click', ({ clientX, clientY }) => {
    if (Math.abs(clientX - down) >= DRAGGED) return;
    const { left, top } = plot.over.getBoundingClientRect();
    onClick(plot, clientX - left, clientY - top);
  });
}
