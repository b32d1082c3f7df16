// Everything that one picture of the timeline is made of; the canvas is drawn from nothing else.
import type { Nanoseconds } from '../../../contracts/time.js';
import type { Operations } from '../../page/operations.js';
import type { RunBlock } from '../../page/run.js';
import type { Lanes } from './lanes.js';
import type { FaultLane, Layout } from './layout.js';
import type { Palette } from './palette.js';

export interface Scene {
  readonly run: RunBlock;
  readonly operations: Operations;
  readonly lanes: Lanes;
  readonly faultLanes: readonly FaultLane[];
  readonly layout: Layout;
  readonly palette: Palette;
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  /** How far the tracks are scrolled, in pixels. */
  readonly scroll: number;
  /** Positions of the operations of each anomaly, and the anomaly whose are numbered. */
  readonly proof: readonly (readonly number[])[];
  readonly anomaly: number;
  /** Positions of operations, -1: none. */
  readonly selected: number;
  readonly hovered: number;
  readonly cursor: Nanoseconds | null;
  /** What is written in an operation's bar: long, then short. */
  readonly label: (position: number, short: boolean) => string;
}

export function xOf({ layout, from, to }: Scene, time: Nanoseconds): number {
  return layout.left + ((time - from) / (to - from)) * (layout.right - layout.left);
}

export function timeAt({ layout, from, to }: Scene, x: number): Nanoseconds {
  return from + ((x - layout.left) / (layout.right - layout.left)) * (to - from);
}
