// Faults over time: a labelled lane for each nemesis, and faint bands of the same intervals behind every chart.
import { type Fault, faultTip } from './faults.js';
import { type Html, html } from './html.js';
import { bar, label, px, type TimeScale, textWidth } from './plot.js';
import { clipShort } from './text.js';

const LANE = 20;
const MOST_LANES = 12;
/** A picture draws no more faults than this; closer than a pixel they would be one blot anyway. */
const MOST_FAULTS = 600;

export interface Lanes {
  readonly content: Html;
  readonly height: number;
  /** Faults that were not drawn. */
  readonly hidden: number;
}

interface Lane {
  readonly name: string;
  readonly faults: Fault[];
  until: number;
}

/** Overlapping faults of one nemesis get lanes of their own. */
function lanesOf(faults: readonly Fault[]): { lanes: Lane[]; hidden: number } {
  const lanes: Lane[] = [];
  let hidden = 0;
  for (const fault of faults) {
    let lane = lanes.find(({ name, until }) => name === fault.name && until < fault.from);
    if (lane === undefined && lanes.length < MOST_LANES) {
      lane = { name: fault.name, faults: [], until: -1 };
      lanes.push(lane);
    }
    if (lane === undefined) {
      hidden++;
      continue;
    }
    lane.faults.push(fault);
    lane.until = fault.to;
  }
  return { lanes: lanes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)), hidden };
}

function within(faults: readonly Fault[], scale: TimeScale): Fault[] {
  return faults.filter((fault) => fault.from <= scale.to && fault.to >= scale.from);
}

export function faultLanes(faults: readonly Fault[], scale: TimeScale, top: number): Lanes {
  const visible = within(faults, scale);
  const { lanes, hidden } = lanesOf(visible.slice(0, MOST_FAULTS));
  const content = lanes.map((lane, i) => {
    const y = top + i * LANE;
    const bars = lane.faults.map((fault) => faultBar(fault, scale, y));
    return html`${label(scale.left - 8, y + 13, clipShort(lane.name, 13), 'lane', 'end')}${bars}
`;
  });
  return {
    content: html`${content}`,
    height: lanes.length * LANE,
    hidden: hidden + Math.max(0, visible.length - MOST_FAULTS),
  };
}

function faultBar(fault: Fault, scale: TimeScale, y: number): Html {
  const x0 = scale.x(fault.from);
  const x1 = scale.x(fault.to);
  const room = Math.floor((x1 - x0 - 8) / textWidth('n'));
  const text = fault.what === '' || room < 2 ? '' : label(x0 + 4, y + 13, clipShort(fault.what, room), 'on-fault');
  return html`${bar(x0, x1, y, LANE - 4, 'fault', faultTip(fault), 2)}${text}`;
}

/** Background of a chart; one path, so that hundreds of faults cost little. */
export function faultBands(faults: readonly Fault[], scale: TimeScale, top: number, bottom: number): Html {
  const pieces: string[] = [];
  let last = '';
  for (const fault of within(faults, scale)) {
    const x0 = scale.x(fault.from);
    const piece = `M${px(x0)} ${top}H${px(Math.max(scale.x(fault.to), x0 + 1))}V${bottom}H${px(x0)}z`;
    if (piece !== last && pieces.length < MOST_FAULTS) pieces.push(piece);
    last = piece;
  }
  return pieces.length === 0 ? html`` : html`<path class="band" d="${pieces.join('')}"/>`;
}
