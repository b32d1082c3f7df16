// Narrows a violation down to the elements that it is about, for models to which the law of restriction applies: what a
// hundred thousand other elements did has no bearing on it.

import type { Actions } from '../prepare/actions.js';
import { Elements } from '../prepare/elements.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';

export interface Narrowed {
  partition: Partition;
  /** The operations of the hint, as indexes into it. */
  hint: number[];
}

/**
 * The operations that bear on a clash; the partition itself where that cannot be said. What is there at the start cannot be
 * left out, so then nothing is.
 */
export function narrowed(
  partition: Partition,
  actions: Actions,
  hint: readonly number[],
  initial: unknown = null,
): Narrowed {
  const startsFull = Array.isArray(initial) && initial.length > 0 && Elements.apply(actions.model);
  const kept = hint.length === 0 || startsFull ? null : keptOf(partition, actions, hint);
  if (kept === null) return { partition, hint: [...hint] };
  const indexes = [...kept.keys()].sort((a, b) => a - b);
  const place = new Map(indexes.map((i, at) => [i, at]));
  const { row, call, ret } = partition;
  return {
    partition: {
      ...partition,
      count: indexes.length,
      row: Int32Array.from(indexes, (i) => row[i]!),
      call: Int32Array.from(indexes, (i) => call[i]!),
      ret: Int32Array.from(indexes, (i) => ret[i]!),
      action: Int32Array.from(indexes, (i) => kept.get(i)!),
    },
    hint: hint.map((i) => place.get(i)!),
  };
}

/** Actions of the operations to keep, by index. */
function keptOf(partition: Partition, actions: Actions, hint: readonly number[]): Map<number, number> | null {
  if (Elements.apply(actions.model)) return onElements(partition, actions, hint);
  return actions.model.lock === undefined ? null : holds(partition, actions, hint);
}

function onElements(partition: Partition, actions: Actions, hint: readonly number[]): Map<number, number> | null {
  const { action, count, ret } = partition;
  const elements = new Elements(actions);
  const chosen = chosenElements(partition, elements, hint);
  if (chosen.size === 0) return null;
  const kept = new Map<number, number>();
  const asked = new Set(hint);
  const isTake = (one: number) => actions.pure[one] === 0 && !elements.isWhole(one);
  let unknown = 0;
  for (let i = 0; i < count; i++) {
    const element = elements.of(action[i]!);
    if (asked.has(i))
      kept.set(i, elements.isWhole(action[i]!) ? restricted(actions, elements, action[i]!, chosen) : action[i]!);
    else if (chosen.has(element)) kept.set(i, action[i]!);
    // What nobody saw coming out may have been one of these; of such takes the first few are as good as all.
    else if (element < NO_VALUE && ret[i] === NEVER && isTake(action[i]!) && unknown++ < chosen.size) {
      kept.set(i, action[i]!);
    }
  }
  return kept;
}

/** The elements that single operations of the hint are about, and those that tell its reads of whole sets apart. */
function chosenElements(partition: Partition, elements: Elements, hint: readonly number[]): Set<number> {
  const { action } = partition;
  const chosen = new Set<number>();
  const reads = hint.filter((i) => elements.isWhole(action[i]!));
  for (const i of hint) if (elements.of(action[i]!) >= 0) chosen.add(elements.of(action[i]!));
  const lists = reads.map((i) => elements.all(action[i]!));
  const sets = lists.map((list) => new Set(list));
  for (const [a, list] of lists.entries()) {
    for (const [b, other] of sets.entries()) {
      const only = a === b ? undefined : list.find((element) => !other.has(element));
      if (only !== undefined) chosen.add(only);
    }
  }
  if (chosen.size === 0 && reads.length > 0) {
    const odd = oddElement(partition, elements, reads[0]!, lists[0]!);
    if (odd !== undefined) chosen.add(odd);
  }
  return chosen;
}

/** An element that a read lists twice, or that nobody had added. */
function oddElement(
  { count, action, call, ret }: Partition,
  elements: Elements,
  read: number,
  list: readonly number[],
) {
  const added = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (call[i]! < ret[read]! && elements.puts(action[i]!)) added.add(elements.of(action[i]!));
  }
  return list.find((element, at) => !added.has(element) || list.indexOf(element) !== at);
}

/** The read of a whole set as a read of some elements. */
function restricted(actions: Actions, elements: Elements, action: number, chosen: ReadonlySet<number>): number {
  const { model, values, functions } = actions;
  const left = elements.all(action).filter((element) => chosen.has(element));
  const [f, input, output] = model.membership!.read(left.map((element) => values.value(element)));
  const number = functions.indexOf(f);
  const asked = actions.observesInput(number) ? values.id(input) : NO_VALUE;
  return actions.id(number, asked, values.id(output));
}

/**
 * For locks: the acquires and releases of the hint with their other halves. A legal order stays legal without any other pair,
 * and an owner acts one after the other, so that it is clear what belongs together.
 */
function holds({ count, action }: Partition, actions: Actions, hint: readonly number[]): Map<number, number> {
  const roleOf = (i: number) => actions.model.lock!.role(...actions.operation(action[i]!));
  const kept = new Map(hint.map((i) => [i, action[i]!]));
  for (const i of hint) {
    const { act, owner } = roleOf(i);
    const step = act === 'acquire' ? 1 : -1;
    for (let j = i + step; j >= 0 && j < count; j += step) {
      const other = roleOf(j);
      if (other.owner !== owner) continue;
      if (other.act !== act) kept.set(j, action[j]!);
      break;
    }
  }
  return kept;
}
