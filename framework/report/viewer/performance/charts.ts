// The four charts: latency of every operation, its quantiles, rates, availability.
import type { Nanoseconds } from '../../../contracts/time.js';
import { OUTCOME_NAMES } from '../../page/operations.js';
import { type Performance, QUANTILES } from '../../page/performance.js';
import { duration } from '../../time-text.js';
import type { App } from '../app.js';
import { dashOf, hueOf } from '../charts/hues.js';
import { legend } from '../charts/legend.js';
import type { Stretch } from '../charts/stretch.js';
import { element } from '../dom.js';
import { type Chart, chart, type Line } from './chart.js';
import { Cloud, MARKS, operationNear } from './points.js';
import { drawNodes } from './rows.js';

const S = 1_000_000_000;

export async function latencyChart(app: App, stretch: Stretch, data: Performance): Promise<Chart> {
  const operations = await app.operations();
  const cloud = new Cloud(data, operations);
  const { functions, end } = data;
  const entries = [
    ...functions.map((name, f) => ({ name, colour: hueOf(f), look: '■', shown: true })),
    ...OUTCOME_NAMES.map((name, outcome) => ({ name, colour: 'ink', look: MARKS[outcome]!, shown: true })),
  ];
  const switches = legend('Points of: Latency of each operation', entries, (position, shown) => {
    if (position < functions.length) cloud.functions[position] = shown;
    else cloud.outcomes[position - functions.length] = shown;
    made.plot.redraw(false);
  });
  const made = chart(app, stretch, {
    title: 'Latency of each operation',
    note: 'From invocation to completion, at the time of completion, on a logarithmic scale. A click on a point selects the operation.',
    axis: 'latency',
    extent: extentOf(data),
    times: [0, end],
    lines: [],
    at: () => 0,
    controls: switches.root,
    draw: (plot) => {
      const { from, to } = stretch.shown.value;
      cloud.draw(plot, to - from < end / 2);
    },
    onClick: (plot, left, top) => {
      const found = operations === null ? -1 : operationNear(plot, operations, left, top);
      if (found >= 0) selectOperation(app, operations!.row[found]!, operations!.invoked[found]!);
    },
  });
  return made;
}

/** Selected, with the timeline around it and in sight. */
function selectOperation(app: App, operation: number, time: Nanoseconds): void {
  const { from, to } = app.view.value;
  const length = to - from;
  const first = Math.max(0, Math.min(app.run.end - length, time - length / 2));
  const inSight = time >= from && time <= to;
  app.view.set({ operation, ...(inSight ? {} : { from: first, to: first + length }) });
  app.ask(true);
}

function extentOf({ scatter: { latency } }: Performance): [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const value of latency) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return [lowest, highest];
}

const QUANTILE_NAMES = { p50: 'median', p95: '95th percentile', p99: '99th percentile', max: 'slowest' } as const;

export function quantileChart(app: App, stretch: Stretch, data: Performance): Chart {
  const { latency, bins, step } = data;
  const rows = (position: number) =>
    QUANTILES.map((which) => Array.from(latency[position]![which], (value) => (Number.isNaN(value) ? null : value)));
  const choice = element(
    'select',
    { 'aria-label': 'Functions' },
    ...latency.map(({ name }, position) =>
      element('option', { value: position }, name === '' ? 'all functions' : name),
    ),
  );
  choice.addEventListener('change', () => made.set(rows(Number(choice.value))));
  const made = chart(app, stretch, {
    title: 'Latency over time',
    note: `Of the ok operations that ended in each ${duration(step)}.`,
    axis: 'latency',
    extent: extentOf(data),
    times: Array.from({ length: bins }, (_, bin) => (bin + 0.5) * step),
    at: (time) => Math.floor(time / step),
    lines: rows(0).map(
      (values, i): Line => ({
        name: QUANTILE_NAMES[QUANTILES[i]!],
        colour: hueOf([0, 1, 3, 6][i]!),
        dash: dashOf(i),
        width: i === 0 ? 2 : 1.3,
        values,
      }),
    ),
    ...(latency.length > 1 ? { controls: choice } : {}),
  });
  return made;
}

/** Shorter remainders at the end of the run have no rate that says anything. */
const ENOUGH = 0.3;

export function rateChart(app: App, stretch: Stretch, data: Performance): Chart {
  const { bins, step, end, begun, ended, asked, achieved } = data;
  const perSecond = (counts: Uint32Array) =>
    steps(bins, (bin) => {
      const length = Math.min(step, end - bin * step);
      return length < step * ENOUGH ? null : (counts[bin]! / length) * S;
    });
  const outcomes = OUTCOME_NAMES.map(
    (name, i): Line => ({ name, colour: name, dash: dashOf([0, 2, 1][i]!), width: 2, values: perSecond(ended[i]!) }),
  );
  const wanted: Line[] =
    asked === null ? [] : [{ name: 'asked for', colour: 'ink', dash: [10, 4], values: steps(bins, () => asked) }];
  return chart(app, stretch, {
    title: 'Operations per second',
    note: `Ended, by outcome, and begun; in each ${duration(step)}. ${asked === null ? 'The plan asks for no rate: clients are as fast as they can.' : `The plan asks for ${asked}/s; ${Number(achieved.toFixed(1))}/s were begun on average of the load.`}`,
    axis: 'rate',
    steps: true,
    times: edges(data),
    at: (time) => Math.floor(time / step),
    lines: [...outcomes, { name: 'begun', colour: 'faint', width: 1, values: perSecond(begun) }, ...wanted],
  });
}

export function availabilityChart(app: App, stretch: Stretch, data: Performance): Chart {
  const { step, availability } = data;
  const nodes = availability.slice(1);
  return chart(app, stretch, {
    title: 'Availability',
    note: `Share of the operations begun in each ${duration(step)} that came to be ok${nodes.length > 0 ? ', at all nodes together, and below at each: full where all were ok' : ''}.${data.functions.includes('cas') ? ' A cas that finds another value is not ok, either.' : ''}`,
    axis: 'share',
    steps: true,
    times: edges(data),
    at: (time) => Math.floor(time / step),
    rows: nodes.map(({ node }) => node),
    draw: (plot) => drawNodes(plot, data),
    lines: availability.map(
      ({ node, begun, ok }, i): Line => ({
        name: node === '' ? 'all nodes' : node,
        colour: i === 0 ? 'ink' : hueOf(i - 1),
        dash: i === 0 ? [] : dashOf(i),
        width: i === 0 ? 2 : 1.2,
        shown: i === 0,
        values: steps(data.bins, (bin) => (begun[bin] === 0 ? null : ok[bin]! / begun[bin]!)),
      }),
    ),
  });
}

/** The beginning of each bin, and the end of the last. */
function edges({ bins, step, end }: Performance): Nanoseconds[] {
  return Array.from({ length: bins + 1 }, (_, bin) => Math.min(end, bin * step));
}

/** A value for each bin, and the last once more, for the end of its step. */
function steps(bins: number, value: (bin: number) => number | null): (number | null)[] {
  const values = Array.from({ length: bins }, (_, bin) => value(bin));
  return [...values, values[bins - 1] ?? null];
}
