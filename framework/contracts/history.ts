// The history as checkers see it: the totally ordered list of events, in columns, with views for convenience.
import type { HistoryEvent, Key, Outcome } from './operation.js';
import type { Nanoseconds } from './time.js';

export const EVENT_INVOKE = 0;
export const EVENT_OK = 1;
export const EVENT_FAIL = 2;
export const EVENT_INFO = 3;
export const EVENT_TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

/** How `a` and `b` hold an event's value. */
export const VALUE_NULL = 0;
/** `a` is the value, an int32. */
export const VALUE_INT = 1;
/** `[a, b]`, both int32: a cas. */
export const VALUE_PAIR = 2;
/** `others[a]` is the value. */
export const VALUE_OTHER = 3;

/** Columns, valid up to `length`; the arrays may be longer. One row an event, in the order of the history. */
export interface Columns {
  readonly length: number;
  readonly time: Float64Array;
  /** The process; -1 for the nemesis. */
  readonly process: Int32Array;
  /** EVENT_… */
  readonly type: Uint8Array;
  /** Index into `functions`. */
  readonly f: Uint16Array;
  /** Index into `keys`; -1: none. */
  readonly key: Int32Array;
  /** Index into `nodes`; -1: none. */
  readonly node: Int16Array;
  /** VALUE_… */
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Row of the completion of an invocation and of the invocation of a completion; -1: none. */
  readonly mate: Int32Array;
}

/** An invocation with what came of it; `index` and `end` are event indexes. */
export interface Operation {
  readonly index: number;
  readonly process: number;
  readonly f: string;
  readonly key: Key | undefined;
  /** The value asked for. */
  readonly asked: unknown;
  /** `info` also when there is no completion at all. */
  readonly outcome: Outcome;
  /** The completion's value; undefined when there is no completion. */
  readonly value: unknown;
  readonly invoked: Nanoseconds;
  /** Time of the completion; undefined when there is none. */
  readonly completed: Nanoseconds | undefined;
  /** Event index of the completion; -1: none. */
  readonly end: number;
  readonly node: string | undefined;
  readonly error: string | undefined;
}

export interface History {
  readonly columns: Columns;
  readonly functions: readonly string[];
  readonly keys: readonly Key[];
  readonly nodes: readonly string[];
  readonly others: readonly unknown[];
  /** Number of events. */
  readonly length: number;
  /** Index of a function's name in `functions`; -1 when it never occurs. */
  functionId(name: string): number;
  /** The value of an event. */
  value(row: number): unknown;
  /** The error text of an event, when it has one. */
  error(row: number): string | undefined;
  event(row: number): HistoryEvent;
  /** The operation invoked at `row`. */
  operation(row: number): Operation;
  /** Client operations in order of invocation. */
  operations(): IterableIterator<Operation>;
  /** Nemesis events (faults and phases) in order. */
  nemesisEvents(): HistoryEvent[];
}

/** `value` of a nemesis event of a fault: `f` is the nemesis's name, `type` is `info`. */
export interface FaultValue {
  /** The same id for the injection and the healing of one fault. */
  id: number;
  phase: 'inject' | 'heal' | 'skip';
  targets: string[];
  /** When it was asked for, and when it was in force (or healed); nanoseconds since the start. */
  requested: Nanoseconds;
  effective: Nanoseconds;
  /** What was injected, enough to inject it again without a draw. */
  injection?: Record<string, unknown>;
  /** Why it was skipped. */
  reason?: string;
}

/** `value` of a nemesis event whose `f` is `phase`. */
export interface PhaseValue {
  phase: Phase;
}
export type Phase = 'load' | 'heal' | 'recover' | 'final' | 'end';
