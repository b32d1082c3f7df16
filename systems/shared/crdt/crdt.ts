// What replicated data types here have in common: updates with an origin and a number, and states that merge.
//
// Shapiro, Preguiça, Baquero, Zawirski: "Conflict-free replicated data types", SSS 2011; the types themselves are specified in
// INRIA RR-7506, "A comprehensive study of convergent and commutative replicated data types".
import type { VersionVector } from './version-vector.js';

/** One update. The same immutable object is a log record, part of the history, and what messages carry. */
export interface Update<O = unknown> {
  /** The node that made it, and its number there, from 1: together never used twice. */
  readonly origin: string;
  readonly seq: number;
  readonly op: O;
}

/** A replica of a conflict-free data type: replicas that have seen the same updates are equal, whatever the order. */
export interface Crdt<O = unknown, S = unknown> {
  /** Roughly the number of items in `state()`. */
  readonly size: number;
  /**
   * Takes updates that were not seen yet. Those of one origin come in the order of their numbers, and whatever an update refers
   * to comes in the same call or in one before.
   */
  apply(updates: readonly Update<O>[]): void;
  /** All of it as JSON, immutable. */
  state(): S;
  /** Takes another replica's state; `theirs` and `mine`: what each had seen. */
  merge(state: S, theirs: VersionVector, mine: VersionVector): void;
  /** A short text that is the same for equal replicas, and hardly ever for others. */
  digest(): string;
  isOp(op: unknown): boolean;
  isState(state: unknown): boolean;
}

export function isUpdate(value: unknown, crdt: Crdt): value is Update {
  if (typeof value !== 'object' || value === null) return false;
  const { origin, seq, op } = value as Partial<Update>;
  return typeof origin === 'string' && Number.isSafeInteger(seq) && seq! > 0 && crdt.isOp(op);
}
