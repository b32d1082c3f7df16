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

export function axes(kind: AxisKind): uPlot.Axis[] {
  const looks = {
    font: FONT,
    stroke: () => colour('faint'),
    grid: { stroke: () => colour('grid'), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  const values = (_: uPlot, ticks: number[]) => ticks.map((tick) => (tick === null ? '' : VALUE_TEXT[kind](tick)));
  return [
    { ...looks, size: 26, space: 80, values: (_, ticks, __, ___, step) => ticks.map((tick) => seconds(tick, step)) },
    { ...looks, size: LEFT, space: 28, values, ...(kind === 'latency' ? { filter: powersOfTen } : {}) },
  ];
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
