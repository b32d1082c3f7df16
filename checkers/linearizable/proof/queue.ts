// An order for a FIFO queue whose elements were put once each: from the order in which elements must pass through it, without a
// search.
import { NOTHING } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';
import { neededOperations } from '../prepare/needed.js';
import { NEVER, type Operations } from '../prepare/partition.js';
import { respectsRealTime } from './real-time.js';

const NOBODY = -1;

/**
 * Elements, and operations that found the queue empty as elements that are put and taken at one instant. An element must be put
 * within [putCall, putRet] and be taken within [takeCall, takeRet]; NEVER where it is not.
 */
interface Passage {
  readonly isEmpty: boolean;
  put: number;
  take: number;
  putCall: number;
  putRet: number;
  takeCall: number;
  takeRet: number;
}

/**
 * Indexes into the operations in order of effect; null where elements come twice, somebody peeked, or things do not fit together.
 * For a queue that starts empty. Whatever was put, or taken, before something else was, passes before it; an order that
 * respects both, and so is the order of the puts and that of the takes, leaves only to say how far the takes lag behind.
 * O(n log n).
 */
export function queueOrder(operations: Operations, actions: Actions): Int32Array | null {
  const found = passagesOf(operations, actions);
  if (found === null || !lendTakes(found.passages, found.unknown, operations)) return null;
  const line = lineUp(found.passages);
  const order = line === null ? null : interleave(line, operations);
  return order !== null && respectsRealTime(operations, order) ? order : null;
}

function passagesOf(operations: Operations, actions: Actions): { passages: Passage[]; unknown: number[] } | null {
  const { count, call, ret, action } = operations;
  const { model, functions, f, input, output, values } = actions;
  const needed = neededOperations(operations, actions);
  const byElement = new Map<number, Passage>();
  const passages: Passage[] = [];
  /** Takes that never returned, in order of invocation. */
  const unknown: number[] = [];
  const of = (element: number) => {
    let passage = byElement.get(element);
    if (passage === undefined) {
      passage = { isEmpty: false, put: NOBODY, take: NOBODY, putCall: 0, putRet: 0, takeCall: NEVER, takeRet: NEVER };
      byElement.set(element, passage);
      passages.push(passage);
    }
    return passage;
  };
  for (let i = 0; i < count; i++) {
    if (needed[i] === 0) continue;
    const a = action[i]!;
    const { act, element } = model.container!.role(
      functions[f[a]!]!,
      values.value(input[a]!),
      values.value(output[a]!),
    );
    const [from, to] = [call[i]!, ret[i]!];
    if (act === 'look') return null;
    if (act === 'empty') {
      const always = { putCall: from, putRet: to, takeCall: from, takeRet: to };
      passages.push({ isEmpty: true, put: NOBODY, take: i, ...always });
    } else if (element === NOTHING) {
      unknown.push(i);
    } else {
      const passage = of(values.id(element));
      if (passage[act] !== NOBODY) return null;
      passage[act] = i;
      if (act === 'put') Object.assign(passage, { putCall: from, putRet: to });
      else Object.assign(passage, { takeCall: from, takeRet: to });
    }
  }
  for (const one of passages) {
    if (one.put === NOBODY && !one.isEmpty) return null;
    one.putRet = Math.min(one.putRet, one.takeRet);
    one.takeCall = Math.max(one.takeCall, one.putCall);
  }
  return { passages, unknown };
}

/** What passes before something that was taken was taken, too, by takes that never returned: false if there are too few. */
function lendTakes(passages: readonly Passage[], unknown: readonly number[], { call }: Operations): boolean {
  const byPut = [...passages].sort((a, b) => b.putCall - a.putCall);
  const left = passages.filter(({ take }) => take === NOBODY).sort((a, b) => b.putRet - a.putRet);
  const due: { passage: Passage; until: number }[] = [];
  let until = NEVER;
  let next = 0;
  for (const passage of left) {
    for (; next < byPut.length && byPut[next]!.putCall > passage.putRet; next++) {
      until = Math.min(until, byPut[next]!.takeRet);
    }
    if (until !== NEVER) due.push({ passage, until });
  }
  due.sort((a, b) => a.until - b.until);
  for (const [n, { passage, until: end }] of due.entries()) {
    const take = unknown[n];
    if (take === undefined || call[take]! >= end) return false;
    passage.take = take;
    passage.takeCall = Math.max(call[take]!, passage.putCall);
  }
  return true;
}

/** The order in which they pass; null: there is none. Of what is left, what must be taken, or else put, first comes next. */
function lineUp(passages: readonly Passage[]): Passage[] | null {
  const byPut = [...passages].sort((a, b) => a.putRet - b.putRet);
  const byTake = [...passages].sort((a, b) => a.takeRet - b.takeRet);
  const placed = new Set<Passage>();
  const line: Passage[] = [];
  for (let put = 0, take = 0; line.length < passages.length; ) {
    while (placed.has(byPut[put]!)) put++;
    while (placed.has(byTake[take]!)) take++;
    const [firstPut, firstTaken] = [byPut[put]!, byTake[take]!];
    const free = firstTaken.takeRet !== NEVER && firstPut.putRet >= firstTaken.putCall;
    if (!free && firstTaken.takeRet < firstPut.takeCall) return null;
    const next = free ? firstTaken : firstPut;
    placed.add(next);
    line.push(next);
  }
  return line;
}

/** Puts in their order and takes in theirs: puts first, but for those that had to wait for a take. */
function interleave(line: readonly Passage[], { call, ret }: Operations): Int32Array | null {
  const firstLeft = line.findIndex(({ take }) => take === NOBODY);
  const takes = firstLeft < 0 ? line : line.slice(0, firstLeft);
  if (firstLeft >= 0 && line.slice(firstLeft).some(({ take }) => take !== NOBODY)) return null;
  // The earliest return of the takes from each on.
  const due = new Float64Array(takes.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let at = takes.length - 1; at >= 0; at--) due[at] = Math.min(due[at + 1]!, ret[takes[at]!.take]!);
  const order: number[] = [];
  let taken = 0;
  for (const [at, { isEmpty, put }] of line.entries()) {
    while (taken < at && taken < takes.length && (isEmpty || due[taken]! < call[put]!))
      order.push(takes[taken++]!.take);
    // What found the queue empty is in the line of takes, which has come to it.
    if (isEmpty) order.push(takes[taken++]!.take);
    else order.push(put);
  }
  while (taken < takes.length) order.push(takes[taken++]!.take);
  return Int32Array.from(order);
}
