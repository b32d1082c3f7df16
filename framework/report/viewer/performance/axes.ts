// Axes that people can read: seconds of the run, latencies by powers of ten, rates, shares.
import type uPlot from 'uplot';
import { grouped } from '../../text.js';
import { duration } from '../../time-text.js';
import { colour } from '../dom.js';

export type AxisKind = 'latency' | 'rate' | 'share';

/** Room for the labels on the left: the same for all charts, so that their times stand above each other. */
const LEFT = 62;
const FONT = '12px system-ui, sans-serif';

/** How a value reads on this axis and in legends. */
export const VALUE_TEXT: Readonly<Record<AxisKind, (value: number) => string>> = {
  latency: duration,
  rate: (value) => `${value >= 10 || Number.isInteger(value) ? grouped(Math.round(value)) : value.toFixed(1)}/s`,
  share: (value) => `${Number((value * 100).toFixed(1))} %`,
};

/** `rows`: names of what has a row of its own below 0. */
export function axes(kind: AxisKind, rows: readonly string[]): uPlot.Axis[] {
  const looks = {
    font: FONT,
    stroke: () => colour('faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  const text = (tick: number | null) => (tick === null ? '' : tick < 0 ? rowName(rows, tick) : VALUE_TEXT[kind](tick));
  const vertical: uPlot.Axis = {
    ...looks,
    size: LEFT,
    space: 28,
    values: (_, ticks) => ticks.map(text),
    ...(kind === 'latency' ? { filter: powersOfTen, grid: { ...looks.grid, filter: powersOfTen } } : {}),
    ...(rows.length > 0 ? { splits: [...SHARES, ...rows.map((_, row) => rowCentre(row, rows.length))] } : {}),
    ...(rows.length > 0
      ? { grid: { ...looks.grid, filter: (_, ticks) => ticks.map((at) => (at < 0 ? null : at)) } }
      : {}),
  };
  return [
    { ...looks, size: 26, space: 80, values: (_, ticks, __, ___, step) => ticks.map((tick) => seconds(tick, step)) },
    vertical,
  ];
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];

/** Pixels of a row below the lines, where there are `count` of them. */
export function rowHeight(count: number): number {
  return Math.max(4, Math.min(18, Math.floor(180 / count)));
}

/** Pixels of the lines above the rows, about. */
const ABOVE = 190;

/** On the axis: rows are below 0. */
export function rowCentre(row: number, count: number): number {
  return -((row + 0.5) * rowHeight(count) + 4) / ABOVE;
}

function rowName(rows: readonly string[], tick: number): string {
  const name = rows[Math.round((-tick * ABOVE - 4) / rowHeight(rows.length) - 0.5)] ?? '';
  return rowHeight(rows.length) < 11 ? '' : name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

export function scaleWithRows(count: number): uPlot.Scale {
  return { auto: false, range: () => [-(count * rowHeight(count) + 4) / ABOVE, 1.04] };
}

function seconds(tick: number, step: number): string {
  let digits = 0;
  for (let unit = 1; unit > step * 1.0001 && digits < 9; unit /= 10) digits++;
  return `${tick.toFixed(digits)} s`;
}

/** Lines for all of 1, 2, … 9 times a power of ten would be too many: a label at the powers. */
function powersOfTen(_: uPlot, ticks: number[]): (number | null)[] {
  return ticks.map((tick) => (Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null));
}

/** The whole range of a chart, whatever stretch is shown, so that heights can be compared. */
export function scaleOf(kind: AxisKind, lowest: number, highest: number): uPlot.Scale {
  if (kind === 'share') return { auto: false, range: () => [0, 1.02] };
  if (kind === 'rate') return { auto: false, range: () => [0, Math.max(1, highest * 1.05)] };
  const low = 10 ** Math.floor(Math.log10(Math.max(1, lowest)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(10, highest)));
  return { auto: false, distr: 3, log: 10, range: () => [low, Math.max(high, low * 10)] };
}
