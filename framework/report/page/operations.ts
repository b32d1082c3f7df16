// The operations of a run in columns, in order of invocation: position `i` of each column is the same operation.
import type { Nanoseconds } from '../../contracts/time.js';
import { packNumbers, unpackNumbers } from './varint.js';

export const OUTCOME_NAMES = ['ok', 'fail', 'info'] as const;
export const OK = 0;
export const FAIL = 1;
export const INFO = 2;

/** No node, no key, no error. */
export const NONE = 0xffff_ffff;

/** How a value is held. Whole numbers have no text of their own: a run of a million writes would be a million texts. */
export const VALUE_NOTHING = 0;
/** `a` is the value. */
export const VALUE_INT = 1;
/** `a` and `b`: two whole numbers. */
export const VALUE_PAIR = 2;
/** Text number `a`. */
export const VALUE_TEXT = 3;
/** What came back is what was asked. */
export const VALUE_SAME = 4;

/** Columns of values: of what was asked, or of what came back. */
export interface Values {
  /** VALUE_… */
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

export interface Operations {
  readonly count: number;
  /** Operations of the run that are not here. */
  readonly left: number;
  /** Event index of the invocation, ascending. */
  readonly row: Float64Array;
  readonly invoked: Float64Array;
  /** NaN where there was no completion. */
  readonly completed: Float64Array;
  readonly process: Float64Array;
  /** Index into `nodes`, or NONE. */
  readonly node: Uint32Array;
  /** Index into `functions`. */
  readonly f: Uint16Array;
  /** Index into `keys`, or NONE. */
  readonly key: Uint32Array;
  /** Index into OUTCOME_NAMES; without a completion `info`. */
  readonly outcome: Uint8Array;
  readonly asked: Values;
  readonly got: Values;
  /** Index into `texts`, or NONE. */
  readonly error: Uint32Array;
  readonly nodes: readonly string[];
  readonly functions: readonly string[];
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  /** How many operations of the whole run were invoked in each of equal parts of it, also of those that are not here. */
  readonly density: Density;
}

export interface Density {
  readonly bins: number;
  readonly ok: Uint32Array;
  readonly fail: Uint32Array;
  readonly info: Uint32Array;
}

type Packed<T, K extends keyof T> = Omit<T, K> & Record<K, Uint8Array>;
type PackedValues = Packed<Values, 'a' | 'b'>;
type PackedColumn = 'row' | 'invoked' | 'completed' | 'process' | 'node' | 'key' | 'error';

/** The same, as it travels: columns of numbers are packed. */
export type OperationsBlock = Omit<Packed<Operations, PackedColumn>, 'asked' | 'got'> & {
  asked: PackedValues;
  got: PackedValues;
};

export function packOperations(operations: Operations): OperationsBlock {
  const { invoked, completed } = operations;
  // Latencies plus one; 0: it never completed.
  const latency = completed.map((time, i) => (Number.isNaN(time) ? 0 : Math.max(0, time - invoked[i]!) + 1));
  return {
    ...operations,
    row: packNumbers(operations.row),
    invoked: packNumbers(invoked),
    completed: packNumbers(latency),
    process: packNumbers(operations.process),
    // None is -1 here: a byte instead of five.
    node: packNumbers(signed(operations.node)),
    key: packNumbers(signed(operations.key)),
    error: packNumbers(signed(operations.error)),
    asked: packValues(operations.asked),
    got: packValues(operations.got),
  };
}

export function unpackOperations(block: OperationsBlock): Operations {
  const { count } = block;
  const indexes = (bytes: Uint8Array) => Uint32Array.from(unpackNumbers(bytes, count), (value) => value >>> 0);
  const invoked = unpackNumbers(block.invoked, count);
  const completed = unpackNumbers(block.completed, count);
  for (let i = 0; i < count; i++) completed[i] = completed[i] === 0 ? Number.NaN : invoked[i]! + completed[i]! - 1;
  return {
    ...block,
    row: unpackNumbers(block.row, count),
    invoked,
    completed,
    process: unpackNumbers(block.process, count),
    node: indexes(block.node),
    key: indexes(block.key),
    error: indexes(block.error),
    asked: unpackValues(block.asked, count),
    got: unpackValues(block.got, count),
  };
}

function signed(indexes: Uint32Array): Int32Array {
  return new Int32Array(indexes.buffer, indexes.byteOffset, indexes.length);
}

function packValues({ kind, a, b }: Values): PackedValues {
  return { kind, a: packNumbers(a), b: packNumbers(b) };
}

function unpackValues({ kind, a, b }: PackedValues, count: number): Values {
  return { kind, a: Int32Array.from(unpackNumbers(a, count)), b: Int32Array.from(unpackNumbers(b, count)) };
}

/** Position of the operation with this event index; -1: it is not here. */
export function positionOf({ row }: Operations, index: number): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (row[middle]! < index) low = middle + 1;
    else high = middle;
  }
  return row[low] === index ? low : -1;
}

/** What was asked; '': nothing. */
export function askedText(operations: Operations, i: number): string {
  return textOf(operations, operations.asked, i);
}

/** What came back; '': nothing. */
export function gotText(operations: Operations, i: number): string {
  return operations.got.kind[i] === VALUE_SAME ? askedText(operations, i) : textOf(operations, operations.got, i);
}

function textOf({ texts }: Operations, { kind, a, b }: Values, i: number): string {
  if (kind[i] === VALUE_INT) return String(a[i]);
  if (kind[i] === VALUE_PAIR) return `[${a[i]}, ${b[i]}]`;
  return kind[i] === VALUE_TEXT ? texts[a[i]!]! : '';
}

/** What was asked and, where it says more, what came back, in short: `5`, `→ 3`, `3 to 5`. */
export function valueAt(operations: Operations, i: number): string {
  const { asked, outcome, functions, f } = operations;
  const name = functions[f[i]!];
  const ok = outcome[i] === OK;
  if (name === 'txn') return ok ? gotText(operations, i) : askedText(operations, i);
  if (name === 'cas' && asked.kind[i] === VALUE_PAIR) return `${asked.a[i]} to ${asked.b[i]}`;
  const given = askedText(operations, i);
  if (!ok || (name === 'cas' && given !== '')) return given;
  const back = gotText(operations, i);
  if (given === '') return `→ ${back === '' ? 'null' : back}`;
  return back === '' || back === given ? given : `${given} → ${back}`;
}

/** `write 5`, `read → 3`. */
export function operationAt(operations: Operations, i: number): string {
  return `${operations.functions[operations.f[i]!] ?? ''} ${valueAt(operations, i)}`.trimEnd();
}

/** When it ends on a picture: its completion or, without one, its invocation. */
export function lastInstant({ invoked, completed }: Operations, i: number): Nanoseconds {
  const end = completed[i]!;
  return Number.isNaN(end) ? invoked[i]! : end;
}
