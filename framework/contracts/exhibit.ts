// What a checker shows of what it saw: simple pictures over the run's time and tables, which the report draws. No code, data only.
import type { Nanoseconds } from './time.js';

/** Every text is shown as text; what is too long or too many is cut with a notice. */
export type Exhibit = Chart | Table;

/** Values over time. What all of them share is on the axes; faults are drawn behind them by the report. */
export interface Chart {
  kind: 'chart';
  title: string;
  /** One or two sentences: how to read it. */
  note?: string;
  /** Says what was left out of it; whoever keeps exhibits sets it. */
  notice?: string;
  /** Of the values, such as `ms` or `elements`. */
  unit?: string;
  /** Values on a logarithmic scale. */
  log?: boolean;
  /** Lines and points. */
  series?: readonly Series[];
  /** Areas between two values: what is possible, say. */
  bands?: readonly Band[];
  /** One row for each name instead of values: stretches of time (nodes that lead, nodes that differ, an element that is lost). */
  lanes?: readonly Lane[];
}

/** `operation`: event index of the invocation of the operation behind it, which the report then leads to. */
export type Point = readonly [time: Nanoseconds, value: number | null, operation?: number];

export interface Series {
  name: string;
  /** `steps`: a value holds until the next one. */
  shape: 'points' | 'line' | 'steps';
  /** In order of time. `null`: a gap. */
  points: readonly Point[];
  /** Draws attention: what contradicts the rest. */
  wrong?: boolean;
}

export interface Band {
  name: string;
  /** In order of time; each holds until the next one. */
  points: readonly (readonly [time: Nanoseconds, low: number, high: number])[];
}

export interface Lane {
  name: string;
  spans: readonly Span[];
}

export interface Span {
  from: Nanoseconds;
  /** The same as `from`: an instant. */
  to: Nanoseconds;
  text?: string;
  /** Draws attention. */
  wrong?: boolean;
  /** Event index of the invocation of the operation behind it, which the report then leads to. */
  operation?: number;
}

export interface Table {
  kind: 'table';
  title: string;
  note?: string;
  /** As of charts. */
  notice?: string;
  columns: readonly Column[];
  rows: readonly (readonly TableCell[])[];
}

export type TableCell = string | number | null;

export interface Column {
  title: string;
  /** Aligned and sorted as numbers. */
  numeric?: boolean;
  /** What its numbers are: instants in nanoseconds, or event indexes of invocations, which lead to the operations. */
  shows?: 'instant' | 'operation';
}
