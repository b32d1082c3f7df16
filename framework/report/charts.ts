// Rate and latency over time as a table: the figures of the charts for those who cannot see them, and without a script.
import type { Nanoseconds } from '../contracts/time.js';
import { overlapping } from './faults.js';
import { type Html, html, table } from './html.js';
import { BINS, type Quantiles, type Statistics } from './statistics.js';
import type { Story } from './story.js';
import { clip, grouped, listed } from './text.js';
import { duration, instant } from './time-text.js';

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

export function charts({ statistics, faults }: Story): Html {
  if (statistics.operations === 0)
    return html`<p class="note">No operation was recorded: there is nothing to measure.</p>`;
  const slices = Array.from({ length: ROWS }, (_, i) => sliceOf(statistics, i));
  const latency = (value: Nanoseconds | undefined) => (value === undefined ? '' : duration(value));
  const names = (slice: Slice) => [
    ...new Set(overlapping(faults.inForce, slice.from, slice.to).map(({ name }) => name)),
  ];
  return html`<details><summary>Latency, rate and faults as a table</summary>${table(
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
