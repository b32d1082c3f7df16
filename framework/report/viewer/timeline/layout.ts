// Where things stand on the canvas, in CSS pixels: the axis, a lane for each kind of fault, leaders, and the tracks of operations.
import type { PageFault, RunBlock } from '../../page/run.js';
import type { Lanes } from './lanes.js';

export const AXIS = 22;
export const FAULT_LANE = 19;
export const LEADER_LANE = 19;
export const EXIT_LANE = 14;
const MOST_FAULT_LANES = 8;
const TALLEST_TRACK = 20;
const LOWEST_TRACK = 7;
/** Below it, lanes are scrolled instead of pressed together. */
const MOST_HEIGHT = 430;
const GAP = 3;

export interface FaultLane {
  readonly name: string;
  readonly faults: readonly PageFault[];
}

/** Overlapping faults of one nemesis get lanes of their own, up to a point. */
export function faultLanesOf(run: RunBlock): FaultLane[] {
  const lanes: { name: string; faults: PageFault[]; until: number }[] = [];
  for (const fault of run.faults) {
    const same = lanes.filter(({ name }) => name === fault.name);
    let lane =
      same.find(({ until }) => until < fault.requested) ??
      (lanes.length < MOST_FAULT_LANES ? undefined : (same[0] ?? lanes[0]));
    if (lane === undefined) {
      lane = { name: fault.name, faults: [], until: -1 };
      lanes.push(lane);
    }
    lane.faults.push(fault);
    lane.until = Math.max(lane.until, fault.to);
  }
  return lanes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly faultsTop: number;
  readonly leadersTop: number;
  readonly exitsTop: number;
  /** The tracks' part of the canvas, and how tall it would be unscrolled. */
  readonly top: number;
  readonly bottom: number;
  readonly full: number;
  readonly trackHeight: number;
  /** Of each track, unscrolled, below `top`. */
  readonly trackY: Float64Array;
}

export function layoutOf(width: number, lanes: Lanes, faultLanes: number, { leaders, exits }: RunBlock): Layout {
  const tracks = lanes.laneOf.length;
  const gaps = lanes.lanes.length * (tracks > lanes.lanes.length ? GAP : 0);
  const trackHeight = Math.max(
    LOWEST_TRACK,
    Math.min(TALLEST_TRACK, Math.floor((MOST_HEIGHT - gaps) / Math.max(1, tracks))),
  );
  const gap = tracks > lanes.lanes.length ? GAP : 0;
  const trackY = new Float64Array(tracks);
  let y = 0;
  for (let track = 0; track < tracks; track++) {
    if (track > 0 && lanes.laneOf[track] !== lanes.laneOf[track - 1]) y += gap;
    trackY[track] = y;
    y += trackHeight;
  }
  const faultsTop = AXIS;
  const leadersTop = faultsTop + faultLanes * FAULT_LANE;
  const exitsTop = leadersTop + (leaders.length > 0 ? LEADER_LANE : 0);
  const top = exitsTop + (exits.length > 0 ? EXIT_LANE : 0) + 2;
  const full = y + 4;
  const bottom = top + Math.max(40, Math.min(full, MOST_HEIGHT + 10));
  const left = width < 600 ? 64 : 96;
  return {
    width,
    height: bottom + 2,
    left,
    right: width - 8,
    faultsTop,
    leadersTop,
    exitsTop,
    top,
    bottom,
    full,
    trackHeight,
    trackY,
  };
}

/** The track at a height below `top` (scrolled already); -1: none. */
export function trackAt({ trackY, trackHeight }: Layout, y: number): number {
  let low = 0;
  let high = trackY.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (trackY[middle]! + trackHeight <= y) low = middle + 1;
    else high = middle;
  }
  return low < trackY.length && y >= trackY[low]! ? low : -1;
}
