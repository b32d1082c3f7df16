// A model: a sequential specification as data and small functions. Engines, monitors and displays know models only by this.

/** What `step` returns when the operation cannot happen in the state. */
export const ILLEGAL: unique symbol = Symbol('illegal');
export type Illegal = typeof ILLEGAL;

/** What a cell model's `needs` and `leaves` return when there is no such value. */
export const NOTHING: unique symbol = Symbol('nothing');
export type Nothing = typeof NOTHING;

export interface ModelFunction {
  /** What tells its operations apart: what was asked, what came out, or both. The rest is ignored. */
  observes: 'input' | 'output' | 'both';
  /** It can never change the state, whatever it is asked. */
  pure?: boolean;
}

/**
 * For models whose state is the last value written: an operation needs the state to be a value, leaves a value behind, or
 * both, and nothing else matters. Such models get the fast monitors, a direct transition function and named anomalies.
 */
export interface Cell {
  needs(f: string, input: unknown, output: unknown): unknown | Nothing;
  leaves(f: string, input: unknown, output: unknown): unknown | Nothing;
}

export interface Model<S = unknown> {
  name: string;
  /** One line. */
  summary: string;
  functions: Readonly<Record<string, ModelFunction>>;
  /** The state at the start; `value` is the user's `initial`, null by default. */
  initial(value: unknown): S;
  /**
   * The next state, or ILLEGAL. Deterministic, without side effects; states are never changed in place. `output` is undefined
   * for an operation that never completed: whatever it would have returned is fine.
   */
  step(state: S, f: string, input: unknown, output: unknown): S | Illegal;
  /** Equal states, and only they, have equal texts or numbers. Left out: states are JSON values. */
  identity?(state: S): string | number;
  /** Why an operation makes no sense for the model, a sentence; undefined when it does. */
  problem?(f: string, input: unknown, output: unknown): string | undefined;
  showState(state: S): string;
  /** `read → 3`, `cas 1 → 2`. `output` as in `step`. */
  showOperation(f: string, input: unknown, output: unknown): string;
  cell?: Cell;
}

// biome-ignore lint/suspicious/noExplicitAny: the state type of a model is erased in collections, as with event handlers
export type AnyModel = Model<any>;
