// What the search works on: the operations that matter, in order of return, with their slots; built once, never changed.
import { int32 } from '../../shared/columns.js';
import type { Actions } from '../prepare/actions.js';
import { neededOperations } from '../prepare/needed.js';
import { NEVER, type Operations } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';

export interface Problem {
  /** Operations in order of invocation. */
  readonly count: number;
  readonly action: Int32Array;
  readonly ret: Int32Array;
  /** The n-th action to occur is n: operations with one action have the same number here. */
  readonly twin: Int32Array;
  readonly twins: number;
  /** Index of each operation in the `Operations` that the problem was made of. */
  readonly origin: Int32Array;
  /** Completed operations: the n-th to return is `order[n]`. */
  readonly levels: number;
  readonly order: Int32Array;
  /** Per level: how many operations were invoked before that return. */
  readonly opened: Int32Array;
  /** Slot of each completed operation, used again after its return; -1: pending. */
  readonly slot: Int32Array;
  /** Slots in use at most, and 32-bit words that hold a bit for each. */
  readonly slots: number;
  readonly words: number;
  readonly pending: PendingGroups;
  /**
   * For models that tell what a state can lead to: level + 1 of each completed operation that the search gives up for when
   * nothing can lead to it any more, else 0. Null for other models.
   */
  readonly steady: Int32Array | null;
}

/** Pending operations with one action are interchangeable: they are used in the order of their invocations. */
export interface PendingGroups {
  readonly count: number;
  readonly action: Int32Array;
  /** Operations of group g: `operations[start[g]]` to `operations[start[g + 1] - 1]`, in order of invocation. */
  readonly start: Int32Array;
  readonly operations: Int32Array;
  /** Cell models: groups that need the state to be a value, by that value; for others the map is empty. */
  readonly conditional: ReadonlyMap<number, readonly number[]>;
  /** All other groups. */
  readonly unconditional: readonly number[];
}

/** Stamps more than this many times as many as operations are sorted rather than looked up. */
const SPARSE = 8;

export function problemOf(operations: Operations, actions: Actions): Problem {
  const needed = neededOperations(operations, actions);
  let count = 0;
  for (let i = 0; i < needed.length; i++) count += needed[i]!;
  const origin = int32(count);
  const action = int32(count);
  const call = int32(count);
  const ret = int32(count);
  for (let i = 0, at = 0; i < operations.count; i++) {
    if (needed[i] === 0) continue;
    origin[at] = i;
    action[at] = operations.action[i]!;
    call[at] = operations.call[i]!;
    ret[at++] = operations.ret[i]!;
  }
  const order = returnOrder(ret);
  const levels = order.length;
  const opened = int32(levels);
  for (let level = 0, invoked = 0; level < levels; level++) {
    const stamp = ret[order[level]!]!;
    while (invoked < count && call[invoked]! < stamp) invoked++;
    opened[level] = invoked;
  }
  const { slot, slots } = assignSlots(ret, order, opened);
  const { twin, twins } = numberTwins(action);
  const words = Math.max(1, Math.ceil(slots / 32));
  const pending = groups(action, ret, actions);
  const steady = actions.model.reaches === undefined ? null : levelNumbers(order, count);
  return { count, action, ret, twin, twins, origin, levels, order, opened, slot, slots, words, pending, steady };
}

function levelNumbers(order: Int32Array, count: number): Int32Array {
  const numbers = int32(count);
  for (let level = 0; level < order.length; level++) numbers[order[level]!] = level + 1;
  return numbers;
}

function numberTwins(action: Int32Array): { twin: Int32Array; twins: number } {
  const numbers = new Map<number, number>();
  const twin = int32(action.length);
  for (let i = 0; i < action.length; i++) {
    let number = numbers.get(action[i]!);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(action[i]!, number);
    }
    twin[i] = number;
  }
  return { twin, twins: numbers.size };
}

/** Completed operations in order of return. */
function returnOrder(ret: Int32Array): Int32Array {
  const count = ret.length;
  let levels = 0;
  let last = 0;
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) continue;
    levels++;
    if (ret[i]! > last) last = ret[i]!;
  }
  return last < SPARSE * count ? orderByStamp(ret, levels, last) : orderBySort(ret, levels);
}

function orderByStamp(ret: Int32Array, levels: number, last: number): Int32Array {
  const at = int32(last + 1);
  for (let i = 0; i < ret.length; i++) if (ret[i] !== NEVER) at[ret[i]!] = i + 1;
  const order = int32(levels);
  for (let stamp = 0, level = 0; stamp <= last; stamp++) if (at[stamp] !== 0) order[level++] = at[stamp]! - 1;
  return order;
}

function orderBySort(ret: Int32Array, levels: number): Int32Array {
  const count = ret.length;
  // Stamp and index fit one double together, so that the numeric sort needs no comparator.
  const keys = new Float64Array(levels);
  for (let i = 0, at = 0; i < count; i++) if (ret[i] !== NEVER) keys[at++] = ret[i]! * count + i;
  return Int32Array.from(keys.sort(), (key) => key % count);
}

function assignSlots(ret: Int32Array, order: Int32Array, opened: Int32Array): { slot: Int32Array; slots: number } {
  const slot = int32(ret.length).fill(-1);
  const free: number[] = [];
  let slots = 0;
  let next = 0;
  for (let level = 0; level < order.length; level++) {
    for (; next < opened[level]!; next++) if (ret[next] !== NEVER) slot[next] = free.pop() ?? slots++;
    free.push(slot[order[level]!]!);
  }
  return { slot, slots };
}

function groups(action: Int32Array, ret: Int32Array, { needs }: Actions): PendingGroups {
  const groupOf = new Map<number, number>();
  const lists: number[][] = [];
  let count = 0;
  for (let i = 0; i < action.length; i++) {
    if (ret[i] !== NEVER) continue;
    count++;
    const group = groupOf.get(action[i]!);
    if (group !== undefined) lists[group]!.push(i);
    else groupOf.set(action[i]!, lists.push([i]) - 1);
  }
  const actions = int32(lists.length);
  const start = int32(lists.length + 1);
  const operations = int32(count);
  const conditional = new Map<number, number[]>();
  const unconditional: number[] = [];
  for (let g = 0, at = 0; g < lists.length; g++) {
    for (const i of lists[g]!) operations[at++] = i;
    start[g + 1] = at;
    actions[g] = action[operations[start[g]!]!]!;
    const value = needs[actions[g]!]!;
    const same = conditional.get(value);
    if (value === NO_VALUE) unconditional.push(g);
    else if (same === undefined) conditional.set(value, [g]);
    else same.push(g);
  }
  return { conditional, unconditional, count: lists.length, action: actions, start, operations };
}
