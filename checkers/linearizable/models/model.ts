// A model: a sequential specification as data and small functions. Engines, monitors and displays know models only by this.

// In the registry of symbols, so that a user's module means the same whichever copy of the package it imports.
/** What `step` returns when the operation cannot happen in the state. */
export const ILLEGAL: unique symbol = Symbol.for('chaosplan.illegal');
export type Illegal = typeof ILLEGAL;

/** Where a value could be: there is none, or it is not known. */
export const NOTHING: unique symbol = Symbol.for('chaosplan.nothing');
export type Nothing = typeof NOTHING;

export interface ModelFunction {
  /** What tells its operations apart: what was asked, what came out, or both. The rest is ignored. */
  observes: 'input' | 'output' | 'both';
  /** It can never change the state, whatever it is asked. */
  pure?: boolean;
  /** It matters which process does it. */
  owned?: boolean;
  /** It may lead back to any state; matters only to `reaches`. */
  resets?: boolean;
  /** It resets, and the state it leaves does not depend on the state before. */
  overwrites?: boolean;
}

/**
 * For models whose state is the last value written: an operation needs the state to be a value, leaves a value behind, or
 * both, and nothing else matters. Such models get the fast monitors, a direct transition function and named anomalies.
 */
export interface Cell {
  needs(f: string, input: unknown, output: unknown): unknown | Nothing;
  leaves(f: string, input: unknown, output: unknown): unknown | Nothing;
}

/** What an operation does to a container. `take` of NOTHING: one that never completed, so it is not known what it took. */
export interface ContainerRole {
  act: 'put' | 'take' | 'look' | 'empty';
  /** NOTHING for `empty`. */
  element: unknown | Nothing;
}

/**
 * For models that hold elements: operations put one in, take one out, look at the next one, or find the container empty.
 * Law (restriction): leave out all operations on some elements, and what was legal still is.
 */
export interface Container {
  /** Which element comes out next: the one put first, the one put last, the least number, or any. */
  order: 'first' | 'last' | 'least' | 'any';
  role(f: string, input: unknown, output: unknown, process?: number): ContainerRole;
}

export type MembershipRole =
  | { act: 'add' | 'remove'; element: unknown }
  | { act: 'has'; element: unknown; present: boolean }
  | { act: 'read'; elements: readonly unknown[] };

/** For sets. The law of `Container` holds, where a read of the whole set loses the elements that are left out. */
export interface Membership {
  role(f: string, input: unknown, output: unknown, process?: number): MembershipRole;
  /** The function, input and output of a read of just these elements. */
  read(elements: readonly unknown[]): readonly [f: string, input: unknown, output: unknown];
}

/** For locks that one owner at a time holds; owners are JSON values. */
export interface Lock {
  role(f: string, input: unknown, output: unknown, process: number): { act: 'acquire' | 'release'; owner: unknown };
}

export interface Model<S = unknown> {
  name: string;
  /** One line. */
  summary: string;
  functions: Readonly<Record<string, ModelFunction>>;
  /** The state at the start; `value` is the user's `initial`, null by default. Throws RangeError where that makes no sense. */
  initial(value: unknown): S;
  /**
   * The next state, or ILLEGAL. Deterministic, without side effects; states are never changed in place. `output` is undefined
   * for an operation that never completed: whatever it would have returned is fine. `process` matters to owned functions only.
   */
  step(state: S, f: string, input: unknown, output: unknown, process: number): S | Illegal;
  /** Equal states, and only they, have equal texts or numbers. Left out: states are JSON values. */
  identity?(state: S): string | number;
  /** Why an operation makes no sense for the model, a sentence; undefined when it does. */
  problem?(f: string, input: unknown, output: unknown): string | undefined;
  /**
   * False when no operations, other than those whose function `resets`, lead from the state to one in which the operation
   * is legal: then the search need not try.
   */
  reaches?(state: S, f: string, input: unknown, output: unknown, process?: number): boolean;
  /**
   * For models with `reaches`: true where operations that are not pure are legal in every state, and every reset overwrites. Then
   * all states that lead to no pure operation any more are as good as one.
   */
  fades?: boolean;
  /**
   * The part of the state that the operation is about, where parts are independent; NOTHING: all of it. A history of which every
   * operation is about one part is judged part by part.
   */
  part?(f: string, input: unknown, output: unknown, process?: number): unknown | Nothing;
  showState(state: S): string;
  /** `read → 3`, `cas 1 → 2`. `output` as in `step`. */
  showOperation(f: string, input: unknown, output: unknown): string;
  // What the operations amount to, for the models that fit; monitors and the names of anomalies rest on it.
  cell?: Cell;
  container?: Container;
  membership?: Membership;
  lock?: Lock;
}

// biome-ignore lint/suspicious/noExplicitAny: the state type of a model is erased in collections, as with event handlers
export type AnyModel = Model<any>;
