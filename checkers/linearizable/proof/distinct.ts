// An order for cell models of which each value was written at most once: straight from the zones of the values, without a search.
import type { Actions } from '../prepare/actions.js';
import { neededOperations } from '../prepare/needed.js';
import type { Operations } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { respectsRealTime } from './real-time.js';

const NOBODY = -1;

/** Operations that have to take effect in one go: a write with its reads, and the cas that lead on from there. */
interface Blocks {
  /** Block b is `members[start[b]]` to `members[start[b + 1] - 1]`, in order of effect. */
  readonly start: readonly number[];
  readonly members: Int32Array;
}

/**
 * Indexes into the operations in order of effect; null when a value has two sources, or the operations do not fit together.
 * By the theorem of Gibbons & Korach (1997): blocks have zones between their earliest return and their latest invocation; where
 * no zones conflict, the order of their lower ends respects real time. O(n).
 */
export function distinctOrder(operations: Operations, actions: Actions, initial: number): Int32Array | null {
  const blocks = blocksOf(operations, actions, initial);
  if (blocks === null) return null;
  const order = byLowerEnd(operations, blocks);
  return respectsRealTime(operations, order) ? order : null;
}

function blocksOf(operations: Operations, actions: Actions, initial: number): Blocks | null {
  const { count, action } = operations;
  const { needs, leaves, values } = actions;
  const needed = neededOperations(operations, actions);
  const total = needed.reduce((sum, one) => sum + one, 0);
  // Per value: who writes it, who replaces it by a cas, and its reads as a list in order of invocation.
  const source = new Int32Array(values.count).fill(NOBODY);
  const cas = new Int32Array(values.count).fill(NOBODY);
  const firstRead = new Int32Array(values.count).fill(NOBODY);
  const nextRead = new Int32Array(count);
  const heads = [initial];
  for (let i = count - 1; i >= 0; i--) {
    if (needed[i] === 0) continue;
    const from = needs[action[i]!]!;
    const to = leaves[action[i]!]!;
    if (to === NO_VALUE) {
      if (from === NO_VALUE) return null;
      nextRead[i] = firstRead[from]!;
      firstRead[from] = i;
      continue;
    }
    if (to === initial || source[to] !== NOBODY) return null;
    source[to] = i;
    if (from === NO_VALUE) heads.push(to);
    else if (cas[from] !== NOBODY) return null;
    else cas[from] = i;
  }
  const start: number[] = [];
  const members = new Int32Array(total);
  let end = 0;
  for (const head of heads) {
    start.push(end);
    for (let value = head; ; ) {
      if (source[value] !== NOBODY) members[end++] = source[value]!;
      for (let read = firstRead[value]!; read !== NOBODY; read = nextRead[read]!) members[end++] = read;
      if (cas[value] === NOBODY) break;
      value = leaves[action[cas[value]!]!]!;
    }
  }
  start.push(end);
  // What is left needs a value that nobody wrote, or is a ring of cas.
  return end === total ? { start, members } : null;
}

function byLowerEnd({ call, ret }: Operations, { start, members }: Blocks): Int32Array {
  const lower: number[] = [];
  let last = 0;
  for (let block = 0; block + 1 < start.length; block++) {
    let earliest = Number.POSITIVE_INFINITY;
    let latest = -1;
    for (let at = start[block]!; at < start[block + 1]!; at++) {
      earliest = Math.min(earliest, ret[members[at]!]!);
      latest = Math.max(latest, call[members[at]!]!);
    }
    // The first block is that of the initial value, which was there before all.
    lower.push(block === 0 ? -1 : Math.min(earliest, latest));
    last = Math.max(last, lower[block]!);
  }
  // Lower ends are stamps of different events.
  const at = new Int32Array(last + 2).fill(NOBODY);
  for (const [block, stamp] of lower.entries()) at[stamp + 1] = block;
  const order = new Int32Array(members.length);
  let end = 0;
  for (const block of at) {
    if (block === NOBODY) continue;
    for (let i = start[block]!; i < start[block + 1]!; i++) order[end++] = members[i]!;
  }
  return order;
}
