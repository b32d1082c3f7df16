// Operations: what clients ask and what came of it.

/** What a generator issues. `value` is JSON: null for a read, `[from, to]` for a cas, micro-operations for a `txn`. */
export interface Invocation {
  readonly f: string;
  readonly key?: Key;
  readonly value: unknown;
}

export type Key = string | number;

/** `ok`: it happened. `fail`: it certainly did not. `info`: it may or may not have happened. */
export type Outcome = 'ok' | 'fail' | 'info';

export interface Completion {
  readonly type: Outcome;
  /** The result for `ok` (a read's value); otherwise the invocation's value. */
  readonly value: unknown;
  readonly error?: string;
}

export const NEMESIS = 'nemesis';

/** One event of a history, as a line of `history.jsonl` holds it. */
export interface HistoryEvent {
  index: number;
  /** Nanoseconds since the start of the run. */
  time: number;
  process: number | typeof NEMESIS;
  type: 'invoke' | Outcome;
  f: string;
  key?: Key;
  value: unknown;
  node?: string;
  error?: string;
}
