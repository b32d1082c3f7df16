// The operations of a run in columns, in order of invocation: position `i` of each column is the same operation.
import type { Nanoseconds } from '../../contracts/time.js';
import { packNumbers, unpackNumbers } from './varint.js';

export const OUTCOME_NAMES = ['ok', 'fail', 'info'] as const;

/** No node, no key, no error. */
export const NONE = 0xffff_ffff;

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
  /** Index into `texts`: what was asked and what came back, short. */
  readonly text: Uint32Array;
  /** Index into `texts`, or NONE. */
  readonly error: Uint32Array;
  readonly nodes: readonly string[];
  readonly functions: readonly string[];
  readonly keys: readonly string[];
  readonly texts: readonly string[];
}

/** The same, as it travels: columns of numbers are packed. */
export type OperationsBlock = Omit<Operations, PackedColumn> & Record<PackedColumn, Uint8Array>;

type PackedColumn = 'row' | 'invoked' | 'completed' | 'process' | 'node' | 'key' | 'text' | 'error';

export function packOperations(operations: Operations): OperationsBlock {
  const { invoked, completed } = operations;
  // Latencies plus one; 0: it never completed.
  const latency = completed.map((time, i) => (Number.isNaN(time) ? 0 : time - invoked[i]! + 1));
  return {
    ...operations,
    row: packNumbers(operations.row),
    invoked: packNumbers(invoked),
    completed: packNumbers(latency),
    process: packNumbers(operations.process),
    node: packNumbers(operations.node),
    key: packNumbers(operations.key),
    text: packNumbers(operations.text),
    error: packNumbers(operations.error),
  };
}

export function unpackOperations(block: OperationsBlock): Operations {
  const { count } = block;
  const whole = (bytes: Uint8Array) => Uint32Array.from(unpackNumbers(bytes, count));
  const invoked = unpackNumbers(block.invoked, count);
  const latency: Nanoseconds[] | Float64Array = unpackNumbers(block.completed, count);
  return {
    ...block,
    row: unpackNumbers(block.row, count),
    invoked,
    completed: latency.map((value, i) => (value === 0 ? Number.NaN : invoked[i]! + value - 1)),
    process: unpackNumbers(block.process, count),
    node: whole(block.node),
    key: whole(block.key),
    text: whole(block.text),
    error: whole(block.error),
  };
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
