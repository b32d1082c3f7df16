// The whole run in one picture: faults, leaders, and for each node what became of its operations.
import type { NodeEvent } from '../contracts/cluster.js';
import { legend, stackedArea } from './areas.js';
import { faultBands, faultLanes } from './fault-lanes.js';
import { type Html, html } from './html.js';
import { type LeaderChange, leaderText } from './leaders.js';
import { figure, label, px, TimeScale, textWidth, timeAxis } from './plot.js';
import { emptySeries, type Series } from './statistics.js';
import type { Story } from './story.js';
import { clipShort, plural } from './text.js';
import { instant } from './time-text.js';

const LEADER_LANE = 20;
const NODE_LANE = 34;
const MOST_NODES = 16;
const MOST_CHANGES = 300;

export function overview(story: Story): Html {
  const { input, statistics, faults, leaders } = story;
  const scale = new TimeScale(0, statistics.end);
  const lanes = faultLanes(faults.inForce, scale, 22);
  const leaderTop = 22 + lanes.height;
  const nodesTop = leaderTop + (leaders.length > 0 ? LEADER_LANE : 0) + 4;
  const all = everyNode(story);
  const nodes = all.slice(0, MOST_NODES);
  const bottom = nodesTop + Math.max(1, nodes.length) * NODE_LANE;
  const highest = usualPeak(statistics.byNode);
  const nodeLanes = nodes.map((node, i) =>
    nodeLane(node, seriesOf(story, node), highest, scale, nodesTop + i * NODE_LANE, input.events),
  );
  const notes = [
    lanes.hidden > 0 ? `${plural(lanes.hidden, 'fault')} not drawn.` : '',
    all.length > MOST_NODES ? `The first ${MOST_NODES} of ${all.length} nodes.` : '',
  ];
  return figure({
    id: 'overview',
    title: 'The whole run: faults, leaders and operations by node',
    description: `${plural(statistics.operations, 'operation')} in ${instant(statistics.end, 1)}, ${plural(faults.inForce.length, 'fault')}, ${plural(leaders.length, 'leader change')}. The table of rates below holds the figures.`,
    height: bottom + 22,
    content: html`${timeAxis(scale, 18, bottom)}${faultBands(faults.inForce, scale, 18, bottom)}${lanes.content}${leaderLane(leaders, scale, leaderTop)}
${nodeLanes}${caseMarks(story, scale, bottom)}`,
    caption: html`Height of a node's lane: its operations that ended then, by outcome; bursts are cut off. ${legend()} <span class="key-mark">×</span> the node's process ended. ${notes.filter((note) => note !== '').join(' ')}`,
  });
}

/** The cluster's nodes in its own order, then any other that the history names. */
function everyNode({ input: { result, history } }: Story): string[] {
  return [...new Set([...result.nodes, ...history.nodes])];
}

function seriesOf({ input, statistics }: Story, node: string): Series {
  return statistics.byNode[input.history.nodes.indexOf(node)] ?? emptySeries();
}

/** A usual busy moment, so that one burst does not flatten every lane; higher ones are cut off at the lane's top. */
function usualPeak(series: readonly Series[]): number {
  const totals = series.flatMap(({ ok, fail, info }) =>
    Array.from(ok, (count, bin) => count + fail[bin]! + info[bin]!),
  );
  const busy = totals.filter((total) => total > 0).sort((a, b) => a - b);
  return Math.max(1, 1.2 * (busy[Math.floor(busy.length * 0.95)] ?? 1));
}

function nodeLane(
  node: string,
  series: Series,
  highest: number,
  scale: TimeScale,
  top: number,
  events: readonly NodeEvent[],
): Html {
  const base = top + NODE_LANE - 4;
  const exits = events.filter((event) => event.node === node && event.kind === 'exit').slice(0, 200);
  const crosses = exits.map(({ time }) => `M${px(scale.x(time) - 4)} ${base - 10}l8 8m0 -8l-8 8`).join('');
  return html`${label(scale.left - 8, base - 8, clipShort(node, 13), 'lane', 'end')}<path class="rule" d="M${scale.left} ${base}H${scale.right}"/>${stackedArea(series, highest, scale, base, NODE_LANE - 8)}${crosses === '' ? '' : html`<path class="cross" d="${crosses}"/>`}
`;
}

function leaderLane(leaders: readonly LeaderChange[], scale: TimeScale, top: number): Html {
  if (leaders.length === 0) return html``;
  const shown = leaders.slice(0, MOST_CHANGES);
  const marks = shown.map((change, i) => {
    const x = scale.x(change.time);
    const next = shown[i + 1] === undefined ? scale.right : scale.x(shown[i + 1]!.time);
    const room = Math.floor((next - x - 6) / textWidth('n'));
    const name = [leaderText(change), clipShort(change.node, 60)].find((candidate) => candidate.length <= room);
    const text = name === undefined ? '' : label(x + 5, top + 13, name, 'leader-name');
    return html`<path class="leader" d="M${px(x)} ${top}v${LEADER_LANE - 3}"><title>${leaderText(change)} leads from ${instant(change.time)}</title></path>${text}`;
  });
  return html`${label(scale.left - 8, top + 13, 'leader', 'lane', 'end')}${marks}
`;
}

/** Where the anomalies are: a line at each of their operations, joined at the top. */
function caseMarks({ cases }: Story, scale: TimeScale, bottom: number): Html {
  const marks = cases.map(({ span, anomaly, operations, moments }, i) => {
    if (span === undefined) return '';
    const [x0, x1] = [scale.x(span.from), scale.x(span.to)];
    const times = operations.length > 0 ? operations.map(({ invoked }) => invoked) : moments;
    const lines = [...new Set(times.map((time) => `M${px(scale.x(time))} 16V${bottom}`))].join('');
    const name = clipShort(anomaly.name, 40);
    const half = textWidth(name) / 2;
    const middle = Math.min(Math.max((x0 + x1) / 2, scale.left + half), scale.right - half);
    return html`<path class="case" d="${lines}M${px(x0 - 2)} 16H${px(x1 + 2)}"><title>${name}</title></path>${i === 0 ? label(middle, 12, name, 'case-name', 'middle') : ''}`;
  });
  return html`${marks}`;
}
