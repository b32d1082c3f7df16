// Rate and latency over time with the faults behind them, as pictures and as a table of the same figures.
import { EVENT_INVOKE, type History } from '../contracts/history.js';
import type { Outcome } from '../contracts/operation.js';
import type { Nanoseconds } from '../contracts/time.js';
import { legend, stackedArea } from './areas.js';
import { faultBands } from './fault-lanes.js';
import { overlapping } from './faults.js';
import { type Html, html, table } from './html.js';
import { figure, label, px, roundStep, TimeScale, timeAxis } from './plot.js';
import { BINS, type Quantiles, type Statistics } from './statistics.js';
import type { Story } from './story.js';
import { clip, grouped, listed } from './text.js';
import { duration, instant } from './time-text.js';

const RATE_HEIGHT = 150;
const LATENCY_HEIGHT = 230;
const TOP = 14;

export function charts(story: Story): Html {
  return html`${rateChart(story)}${latencyChart(story)}${figures(story)}`;
}

function rateChart({ statistics, faults, input }: Story): Html {
  const scale = new TimeScale(0, statistics.end);
  const bottom = TOP + RATE_HEIGHT;
  const perSecond = 1_000_000_000 / statistics.step;
  const highest = Math.max(1, ...Array.from({ length: BINS }, (_, bin) => totalAt(statistics, bin)));
  const step = roundStep((highest * perSecond) / 4);
  const lines: Html[] = [];
  for (let rate = step; rate <= highest * perSecond; rate += step) {
    lines.push(horizontal(scale, bottom - (rate / (highest * perSecond)) * RATE_HEIGHT, rateText(rate)));
  }
  const asked = input.result.rate.asked;
  return figure({
    id: 'rate',
    title: 'Operations that ended per second, by outcome',
    description: `At most ${rateText(highest * perSecond)}. The table below holds the figures.`,
    height: bottom + 22,
    content: html`${faultBands(faults.inForce, scale, TOP, bottom)}${timeAxis(scale, TOP, bottom)}${lines}${stackedArea(statistics.all, highest, scale, bottom, RATE_HEIGHT)}`,
    caption: html`<strong>Rate</strong>: operations that ended per second, stacked by outcome. ${legend()} Shaded: a fault was in force.${asked === null ? '' : ` Asked for ${rateText(asked)}, achieved ${rateText(input.result.rate.achieved)} on average.`}`,
  });
}

function totalAt({ all }: Statistics, bin: number): number {
  return all.ok[bin]! + all.fail[bin]! + all.info[bin]!;
}

function rateText(rate: number): string {
  return `${rate >= 10 || Number.isInteger(rate) ? grouped(Math.round(rate)) : rate.toFixed(1)}/s`;
}

function horizontal(scale: TimeScale, y: number, text: string): Html {
  return html`<path class="grid" d="M${scale.left} ${px(y)}H${scale.right}"/>${label(scale.left - 8, y + 4, text, 'lane', 'end')}`;
}

/** Powers of ten between the fastest and the slowest operation. */
class LogScale {
  readonly low: number;
  readonly high: number;
  readonly #top: number;
  readonly #bottom: number;

  constructor(fastest: Nanoseconds, slowest: Nanoseconds, top: number, bottom: number) {
    this.low = Math.floor(Math.log10(Math.max(1, fastest)));
    this.high = Math.max(this.low + 1, Math.ceil(Math.log10(Math.max(1, slowest))));
    this.#top = top;
    this.#bottom = bottom;
  }

  y(latency: Nanoseconds): number {
    const share = (Math.log10(Math.max(1, latency)) - this.low) / (this.high - this.low);
    return this.#bottom - Math.min(1, Math.max(0, share)) * (this.#bottom - this.#top);
  }
}

function latencyChart({ statistics, faults, input: { history } }: Story): Html {
  const extremes = latencyExtremes(history);
  if (extremes === undefined) return html`<p class="note">No operation completed: there is no latency to show.</p>`;
  const scale = new TimeScale(0, statistics.end);
  const bottom = TOP + LATENCY_HEIGHT;
  const vertical = new LogScale(extremes.fastest, extremes.slowest, TOP, bottom);
  const lines: Html[] = [];
  for (let power = vertical.low; power <= vertical.high; power++) {
    lines.push(horizontal(scale, vertical.y(10 ** power), duration(10 ** power)));
  }
  const quantile = (pick: (quantiles: Quantiles) => Nanoseconds, className: string) =>
    html`<path class="${className}" d="${steps(statistics, scale, (quantiles) => vertical.y(pick(quantiles)))}"/>`;
  return figure({
    id: 'latency',
    title: 'Latency of operations over time, on a logarithmic scale',
    description: `From ${duration(extremes.fastest)} to ${duration(extremes.slowest)}. The table below holds the figures.`,
    height: bottom + 22,
    content: html`${faultBands(faults.inForce, scale, TOP, bottom)}${timeAxis(scale, TOP, bottom)}${lines}${scatter(history, scale, vertical)}${quantile(({ p50 }) => p50, 'p50')}${quantile(({ p99 }) => p99, 'p99')}`,
    caption: html`<strong>Latency</strong>, from invocation to completion, at the time of completion. ● ok, <span class="key-info">+</span> info, <span class="key-fail">×</span> fail; lines: median (solid) and 99th percentile (dashed) of ok. Operations closer than 3 pixels are drawn once.`,
  });
}

function latencyExtremes({ columns }: History): { fastest: Nanoseconds; slowest: Nanoseconds } | undefined {
  let fastest = Number.POSITIVE_INFINITY;
  let slowest = 0;
  for (let row = 0; row < columns.length; row++) {
    const mate = columns.mate[row]!;
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0 || mate < 0) continue;
    const latency = columns.time[mate]! - columns.time[row]!;
    if (latency < fastest) fastest = latency;
    if (latency > slowest) slowest = latency;
  }
  return fastest === Number.POSITIVE_INFINITY ? undefined : { fastest, slowest };
}

const CELL = 3;
const SHAPE: Readonly<Record<Outcome, string>> = { ok: 'h0', fail: 'm-2.5-2.5l5 5m0-5l-5 5', info: 'm-3 0h6m-3-3v6' };
const SHAPES: readonly Outcome[] = ['info', 'ok', 'fail', 'info'];

/** A point for each occupied cell of a fine grid and outcome: what the eye would see of all points, in bounded space. */
function scatter({ columns }: History, scale: TimeScale, vertical: LogScale): Html {
  const across = Math.ceil((scale.right - scale.left) / CELL) + 1;
  const up = Math.ceil((LATENCY_HEIGHT + 1) / CELL) + 1;
  const seen = new Uint8Array(across * up);
  const d: Record<Outcome, string[]> = { ok: [], fail: [], info: [] };
  for (let row = 0; row < columns.length; row++) {
    const mate = columns.mate[row]!;
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0 || mate < 0) continue;
    const type = columns.type[mate]!;
    const x = scale.x(columns.time[mate]!);
    const y = vertical.y(columns.time[mate]! - columns.time[row]!);
    const cell = Math.floor((y - TOP) / CELL) * across + Math.floor((x - scale.left) / CELL);
    if (((seen[cell]! >> type) & 1) === 1) continue;
    seen[cell]! |= 1 << type;
    const outcome = SHAPES[type]!;
    d[outcome].push(`M${Math.round(x)} ${Math.round(y)}${SHAPE[outcome]}`);
  }
  const paths = (['ok', 'info', 'fail'] as const).map((outcome) =>
    d[outcome].length === 0 ? '' : html`<path class="dots ${outcome}" d="${d[outcome].join('')}"/>`,
  );
  return html`${paths}`;
}

function steps(statistics: Statistics, scale: TimeScale, y: (quantiles: Quantiles) => number): string {
  let d = '';
  statistics.latency.forEach((quantiles, bin) => {
    if (quantiles === undefined) return;
    const x0 = scale.x(bin * statistics.step);
    const x1 = scale.x((bin + 1) * statistics.step);
    const joined = bin > 0 && statistics.latency[bin - 1] !== undefined;
    d += joined ? `V${px(y(quantiles))}H${px(x1)}` : `M${px(x0)} ${px(y(quantiles))}H${px(x1)}`;
  });
  return d;
}

const ROWS = 20;

interface Slice {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** The worst of the slice's bins. */
  readonly p50: Nanoseconds | undefined;
  readonly p99: Nanoseconds | undefined;
}

function figures({ statistics, faults }: Story): Html {
  const slices = Array.from({ length: ROWS }, (_, i) => sliceOf(statistics, i));
  const latency = (value: Nanoseconds | undefined) => (value === undefined ? '' : duration(value));
  const names = (slice: Slice) => [
    ...new Set(overlapping(faults.inForce, slice.from, slice.to).map(({ name }) => name)),
  ];
  return html`<details><summary>The same as a table</summary>${table(
    'Operations that ended, latency and faults over time',
    [
      { title: 'from', header: true, numeric: true, cell: ({ from }: Slice) => instant(from, 1) },
      { title: 'ok', numeric: true, cell: ({ ok }: Slice) => grouped(ok) },
      { title: 'fail', numeric: true, cell: ({ fail }: Slice) => grouped(fail) },
      { title: 'info', numeric: true, cell: ({ info }: Slice) => grouped(info) },
      { title: 'worst median', numeric: true, cell: ({ p50 }: Slice) => latency(p50) },
      { title: 'worst 99th percentile', numeric: true, cell: ({ p99 }: Slice) => latency(p99) },
      { title: 'faults', cell: (slice: Slice) => clip(listed(names(slice)), 120) },
    ],
    slices,
  )}</details>`;
}

function sliceOf(statistics: Statistics, position: number): Slice {
  const first = (position * BINS) / ROWS;
  const last = ((position + 1) * BINS) / ROWS;
  const sum = (series: Float64Array) => series.subarray(first, last).reduce((total, count) => total + count, 0);
  const present = statistics.latency.slice(first, last).filter((quantiles) => quantiles !== undefined);
  const worst = (pick: (quantiles: Quantiles) => number) =>
    present.length === 0 ? undefined : Math.max(...present.map(pick));
  return {
    from: first * statistics.step,
    to: last * statistics.step,
    ok: sum(statistics.all.ok),
    fail: sum(statistics.all.fail),
    info: sum(statistics.all.info),
    p50: worst(({ p50 }) => p50),
    p99: worst(({ p99 }) => p99),
  };
}
