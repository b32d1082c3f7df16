// Counts a run's operations in bins and thins its latencies to what eyes tell apart: one pass over a history of any size.
import { EVENT_INVOKE, EVENT_OK, type History } from '../../contracts/history.js';
import type { Nanoseconds } from '../../contracts/time.js';
import {
  type Availability,
  type Latency,
  type Performance,
  type PerformanceBlock,
  packPerformance,
  QUANTILES,
} from '../page/performance.js';
import { roundStep } from '../plot.js';
import { Grouped, type Quantiles } from '../statistics.js';
import type { Story } from '../story.js';
import { clipShort } from '../text.js';
import { Thinned } from './thinned.js';

const MOST_BINS = 300;
const FEWEST_BINS = 40;
/** Operations in a bin on average, where bins can be that long. */
const FULL_BIN = 30;

/** Functions that have colours of their own. */
const MOST_FUNCTIONS = 7;
const MOST_NODES = 60;

export function performanceBlock({
  input: { history, result },
  statistics: { end, operations },
}: Story): PerformanceBlock | null {
  if (operations === 0) return null;
  return packPerformance(performanceOf(history, end, operations, result.rate));
}

/** `end`: where the run ends, `operations`: how many clients invoked. */
export function performanceOf(
  history: History,
  end: Nanoseconds,
  operations: number,
  rate: { asked: number | null; achieved: number },
): Performance {
  const { columns } = history;
  const step = stepFor(end, operations);
  const bins = Math.ceil(end / step);
  const counts = () => new Uint32Array(bins);
  const { names, groupOf } = functionsOf(history);
  const begun = counts();
  const ended = [counts(), counts(), counts()] as const;
  const all: Availability = { node: '', begun, ok: counts() };
  const nodes = history.nodes
    .slice(0, MOST_NODES)
    .map((node): Availability => ({ node: clipShort(node, 60), begun: counts(), ok: counts() }));
  const latencies = new Grouped(2 * operations);
  const points = new Thinned(end);
  const several = names.length > 1;
  const bin = (time: Nanoseconds) => Math.min(bins - 1, Math.max(0, Math.floor(time / step)));
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    const mate = columns.mate[row]!;
    const type = mate < 0 ? -1 : columns.type[mate]!;
    const outcome = OUTCOMES[type] ?? 2;
    const invoked = columns.time[row]!;
    const node = nodes[columns.node[row]!];
    const [first, last] = [bin(invoked), bin(mate < 0 ? invoked : columns.time[mate]!)];
    begun[first]! += 1;
    ended[outcome]![last]! += 1;
    if (node !== undefined) node.begun[first]! += 1;
    if (mate < 0) continue;
    const latency = columns.time[mate]! - invoked;
    const f = groupOf[columns.f[row]!]!;
    points.add(columns.time[mate]!, latency, f, outcome);
    if (type !== EVENT_OK) continue;
    all.ok[first]! += 1;
    if (node !== undefined) node.ok[first]! += 1;
    latencies.add(last, latency);
    if (several) latencies.add(bins * (f + 1) + last, latency);
  }
  const titles = several ? ['', ...names] : [''];
  const quantiles = latencies.quantiles(bins * titles.length);
  return {
    end,
    step,
    bins,
    asked: rate.asked,
    achieved: rate.achieved,
    begun,
    ended,
    availability: nodes.length > 1 ? [all, ...nodes] : [all],
    latency: titles.map((name, i) => latencyOf(name, quantiles.slice(bins * i, bins * (i + 1)))),
    scatter: points.scatter(),
    functions: names,
  };
}

/** Index into OUTCOME_NAMES by EVENT_…. */
const OUTCOMES: readonly number[] = [2, 0, 1, 2];

/** A round length of which there are few enough in a run, with some operations in each. */
function stepFor(end: Nanoseconds, operations: number): Nanoseconds {
  const full = Math.min((end / operations) * FULL_BIN, end / FEWEST_BINS);
  return roundStep(Math.max(1, end / MOST_BINS, full));
}

/** Names for the legend, and under which of them each function of the history goes. */
function functionsOf({ functions, columns }: History): { names: string[]; groupOf: Uint8Array } {
  const counts = new Float64Array(functions.length);
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] === EVENT_INVOKE && columns.process[row]! >= 0) counts[columns.f[row]!]! += 1;
  }
  const used = [...counts.keys()].filter((id) => counts[id]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const own = used.length > MOST_FUNCTIONS ? used.slice(0, MOST_FUNCTIONS - 1) : used;
  const names = own.map((id) => clipShort(functions[id]!, 60));
  if (own.length < used.length) names.push(`${used.length - own.length} others`);
  const groupOf = new Uint8Array(functions.length).fill(own.length);
  own.forEach((id, group) => {
    groupOf[id] = group;
  });
  return { names, groupOf };
}

function latencyOf(name: string, quantiles: readonly (Quantiles | undefined)[]): Latency {
  const [p50, p95, p99, max] = QUANTILES.map((which) =>
    Float64Array.from(quantiles, (found) => found?.[which] ?? Number.NaN),
  );
  return { name, p50: p50!, p95: p95!, p99: p99!, max: max! };
}
