// What the evidence of linearizability shows beyond its few operations: how far an order goes, and why no further.
import type { Outcome } from '../../contracts/operation.js';
import type { Nanoseconds } from '../../contracts/time.js';

/** By position in `RunBlock.anomalies`; null: nothing to explore there. */
export interface EvidenceBlock {
  searches: readonly (PageSearch | null)[];
}

/** What a search came up against. Operations are positions in `operations`, orders in `orders`. */
export interface PageSearch {
  /** Those around the violation, in order of invocation. */
  operations: readonly PageOperation[];
  /** The operation with whose return no order was left. */
  stuck: number;
  /** The longest first. */
  orders: readonly PageOrder[];
  /** What is shown first: the longest, and of several the one that only the stuck operation ends. */
  first: number;
  /** By operation: the longest order that contains it; -1: none is known. */
  longest: readonly number[];
  /** Every order was looked at: an operation without one fits nowhere. */
  exhaustive: boolean;
}

export interface PageOperation {
  /** Event index of the invocation. */
  row: number;
  /** `write 5`, `read → 3`. */
  text: string;
  process: number;
  node: string;
  invoked: Nanoseconds;
  /** Null: it never completed, or may still take effect after it was given up. */
  completed: Nanoseconds | null;
  outcome: Outcome;
}

/** Operations in an order that their times and the model allow, as far as it goes. */
export interface PageOrder {
  /** Operations before the first step, and the state that they left. */
  earlier: number;
  start: string;
  /** In order of effect, and the state after each. */
  steps: readonly number[];
  states: readonly string[];
  /** Operations that its times would allow next, and why they are illegal. */
  next: readonly { operation: number; why: string }[];
}
