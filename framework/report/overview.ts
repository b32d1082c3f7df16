// The whole run in one picture: faults, leaders, and for each node what became of its operations.
import type { NodeEvent } from '../contracts/cluster.js';
import { legend, stackedArea } from './areas.js';
import { faultBands, faultLanes } from './fault-lanes.js';
import { type Html, html } from './html.js';
import { type LeaderChange, leaderText } from './leaders.js';
import { bar, figure, label, px, TimeScale, textWidth, timeAxis } from './plot.js';
import { BINS, type Series } from './statistics.js';
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
  const nodes = input.history.nodes.slice(0, MOST_NODES);
  const bottom = nodesTop + Math.max(1, nodes.length) * NODE_LANE;
  const highest = peak(statistics.byNode);
  const nodeLanes = nodes.map((node, i) =>
    nodeLane(node, statistics.byNode[i]!, highest, scale, nodesTop + i * NODE_LANE, input.events),
  );
  const notes = [
    lanes.hidden > 0 ? `${plural(lanes.hidden, 'fault')} not drawn.` : '',
    input.history.nodes.length > MOST_NODES ? `The first ${MOST_NODES} of ${input.history.nodes.length} nodes.` : '',
  ];
  return figure({
    id: 'overview',
    title: 'The whole run: faults, leaders and operations by node',
    description: `${plural(statistics.operations, 'operation')} in ${instant(statistics.end, 1)}, ${plural(faults.inForce.length, 'fault')}, ${plural(leaders.length, 'leader change')}. The table of rates below holds the figures.`,
    height: bottom + 22,
    content: html`${timeAxis(scale, 18, bottom)}${faultBands(faults.inForce, scale, 18, bottom)}${lanes.content}${leaderLane(leaders, scale, leaderTop)}
${nodeLanes}${caseMarks(story, scale, bottom)}`,
    caption: html`Height of a node's lane: its operations that ended then, by outcome. ${legend()} <span class="key-mark">×</span> the node's process ended. ${notes.filter((note) => note !== '').join(' ')}`,
  });
}

function peak(series: readonly Series[]): number {
  let highest = 1;
  for (const one of series) {
    for (let bin = 0; bin < BINS; bin++) highest = Math.max(highest, one.ok[bin]! + one.fail[bin]! + one.info[bin]!);
  }
  return highest;
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
    const text = room < 2 ? '' : label(x + 5, top + 13, clipShort(leaderText(change), room), 'leader-name');
    return html`<path class="leader" d="M${px(x)} ${top}v${LEADER_LANE - 3}"><title>${leaderText(change)} leads from ${instant(change.time)}</title></path>${text}`;
  });
  return html`${label(scale.left - 8, top + 13, 'leader', 'lane', 'end')}${marks}
`;
}

/** Where the anomalies are: a bracket over all lanes. */
function caseMarks({ cases }: Story, scale: TimeScale, bottom: number): Html {
  const marks = cases.map(({ span, anomaly }, i) => {
    if (span === undefined) return '';
    const [x0, x1] = [scale.x(span.from), scale.x(span.to)];
    const name = clipShort(anomaly.name, 24);
    const text =
      i === 0 ? label(Math.min((x0 + x1) / 2, scale.right - textWidth(name) / 2), 12, name, 'case-name', 'middle') : '';
    return html`${bar(x0 - 1, x1 + 1, 16, bottom - 16, 'case', anomaly.name, 3)}${text}`;
  });
  return html`${marks}`;
}
