// What every part of the page needs of the run. Texts are for people, bounded, and may hold anything: show them as text only.
import type { Nanoseconds } from '../../contracts/time.js';

export interface RunBlock {
  /** The last instant that the run knows of, at least 1. */
  end: Nanoseconds;
  /** In the order of the plan. */
  nodes: readonly string[];
  /** In order of their beginning. */
  faults: readonly PageFault[];
  /** In order of time. */
  leaders: readonly PageLeader[];
  /** Ends of nodes' processes, in order of time. */
  exits: readonly PageExit[];
  /** Phases of the run, in order of their beginning. */
  phases: readonly PagePhase[];
  /** As the page shows them: the first is the one that it opens with. */
  anomalies: readonly PageAnomaly[];
  /** The stretch to look at first: the first anomaly or, without one, the first fault. */
  opening: PageSpan;
}

export interface PageSpan {
  from: Nanoseconds;
  to: Nanoseconds;
}

export interface PageFault {
  /** The nemesis's name. */
  name: string;
  /** Whom it hit and how. */
  what: string;
  targets: readonly string[];
  requested: Nanoseconds;
  /** When it was in force; `to` is the end of the run where it was not healed. */
  from: Nanoseconds;
  to: Nanoseconds;
  healed: boolean;
  /** When its healing was asked for; null where it was never healed. */
  healRequested: Nanoseconds | null;
}

export interface PageLeader {
  time: Nanoseconds;
  node: string;
  term: number | null;
}

export interface PageExit {
  time: Nanoseconds;
  node: string;
  /** A fault killed it. */
  fault: boolean;
  detail: string;
}

export interface PagePhase {
  name: string;
  time: Nanoseconds;
}

export interface PageAnomaly {
  name: string;
  message: string;
  /** As text; null: none. */
  key: string | null;
  checker: string;
  /** Event indexes of the invocations that prove it, in order: the numbers 1, 2, … of the evidence. */
  rows: readonly number[];
  /** Where it is; null: nowhere in particular. */
  span: PageSpan | null;
  /** Stretches that are worth a look, with some company: first all of it and, where that is wide, its parts in order of time. */
  places: readonly PageSpan[];
}
