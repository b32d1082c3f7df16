// The operations around a violation, few enough to try every order of them, and the ways that lead there.
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Operations, type Partition } from '../prepare/partition.js';
import { partsOf } from '../prepare/parts.js';
import { type Problem, problemOf } from '../search/problem.js';
import { Search } from '../search/search.js';

/** Completed operations before the stuck one, in order of return, that are in the window. */
const BEFORE = 24;
/** Operations that returned after it, the first of them. */
const AFTER = 40;
/** Pending ones, the last to be invoked; where there are more, at most so many with one action. */
const PENDING = 16;
const PENDING_TWINS = 2;
/** Configurations for the way from the start of the history to the window. */
const MOST_ON_THE_WAY = 200_000;
/** Configurations on top for other ways. */
const MOST_FOR_OTHERS = 20_000;
const MOST_ENTRIES = 8;
const BYTES = 128 * 1024 * 1024;

/** The n-th operation of the window has these; in order of return, pending ones last. */
export interface Window {
  readonly count: number;
  /** Event index of the invocation. */
  readonly row: Int32Array;
  /** Stamps of the key; `ret` may be NEVER. */
  readonly call: Int32Array;
  readonly ret: Int32Array;
  /** Operations that the model cannot tell apart have the same number. */
  readonly action: Int32Array;
  /** 1: it can never change the state. */
  readonly pure: Uint8Array;
  /** Which of them is the stuck operation: those before it had to return before it. */
  readonly stuck: number;
}

/** A way into the window: what took effect before, and a part of the window with it. */
export interface Entry {
  /** Rows in order of effect. */
  readonly rows: Int32Array;
  /** How many of them completed. */
  readonly completed: number;
  /** The model's state after them. */
  readonly state: unknown;
}

export interface Approach {
  window: Window;
  /** Ways into the window, most promising first, found as they are asked for; deterministic. */
  entries: () => Generator<Entry, Conclusion, void>;
  /** A way to the return of the stuck operation, with all that returned before it; null: none was found. */
  arrival: () => Entry | null;
}

/** After all ways into the window. */
export interface Conclusion {
  /** There are no others. */
  complete: boolean;
  /**
   * If there was none at all: an operation before the window with whose return there was no order left either, as an index into
   * the partition; else -1.
   */
  stuck: number;
}

/** `stuck`: index into the partition. A text: why the window is out of reach, a clause. */
export function approach(machine: Machine, partition: Partition, stuck: number): Approach | string {
  const { actions } = machine;
  const part = partsOf(partition, actions).find(({ origin }) => origin.includes(stuck))!;
  const until = partition.ret[stuck]!;
  const problem = problemOf(invokedBefore(part.operations, until), actions);
  const indexOf = (operation: number) => part.origin[problem.origin[operation]!]!;
  const last = problem.order.findIndex((operation) => indexOf(operation) === stuck);
  const goal = Math.max(0, last - BEFORE);
  const updates = problem.order.subarray(0, goal).filter((operation) => actions.pure[problem.action[operation]!] === 0);
  if (updates.length > MOST_ON_THE_WAY) {
    return `there are ${updates.length} updates before it, too many to come here once more`;
  }
  const members = [...problem.order.subarray(goal, last + 1 + AFTER), ...pendingOf(problem)];
  const origin = members.map(indexOf);
  const window: Window = {
    count: members.length,
    row: Int32Array.from(origin, (i) => partition.row[i]!),
    call: Int32Array.from(origin, (i) => partition.call[i]!),
    ret: Int32Array.from(origin, (i) => partition.ret[i]!),
    action: Int32Array.from(origin, (i) => partition.action[i]!),
    pure: Uint8Array.from(origin, (i) => actions.pure[partition.action[i]!]!),
    stuck: last - goal,
  };
  const rowOf = (operation: number) => partition.row[indexOf(operation)]!;
  const entries = function* () {
    const conclusion = yield* entriesOf(machine, problem, goal, rowOf);
    return { ...conclusion, stuck: conclusion.stuck < 0 ? -1 : indexOf(conclusion.stuck) };
  };
  const arrival = () => {
    const { done, value } = entriesOf(machine, problem, last, rowOf).next();
    return done === true ? null : value;
  };
  return { window, entries, arrival };
}

/** What is invoked later can only take effect when the stuck operation has, so never. */
function invokedBefore({ call, ret, action }: Operations, stamp: number): Operations {
  let count = 0;
  while (count < call.length && call[count]! < stamp) count++;
  return { count, call: call.subarray(0, count), ret: ret.subarray(0, count), action: action.subarray(0, count) };
}

function pendingOf({ count, ret, action }: Problem): number[] {
  const all: number[] = [];
  for (let i = count - 1; i >= 0; i--) if (ret[i] === NEVER) all.push(i);
  if (all.length <= PENDING) return all.reverse();
  const twins = new Map<number, number>();
  const few = all.filter((i) => {
    const before = twins.get(action[i]!) ?? 0;
    twins.set(action[i]!, before + 1);
    return before < PENDING_TWINS;
  });
  return few.slice(0, PENDING).reverse();
}

function* entriesOf(
  machine: Machine,
  problem: Problem,
  goal: number,
  rowOf: (operation: number) => number,
): Generator<Entry, Conclusion, void> {
  if (goal === 0) {
    yield { rows: new Int32Array(0), completed: 0, state: machine.state(machine.initial) };
    return { complete: true, stuck: -1 };
  }
  // That an operation of the window is hopeless is what we came to look at.
  const steady = problem.steady?.map((level) => (level > goal ? 0 : level)) ?? null;
  const search = new Search(machine, { ...problem, steady }, BYTES, goal);
  let outcome = search.run(MOST_ON_THE_WAY);
  const limit = search.configurations + MOST_FOR_OTHERS;
  const stuck = outcome === 'illegal' ? search.stuckAt() : -1;
  for (let found = 0; outcome === 'linearizable' && found < MOST_ENTRIES; found++) {
    const order = search.linearization();
    const completed = order.reduce((sum, operation) => sum + (problem.ret[operation] === NEVER ? 0 : 1), 0);
    yield { rows: order.map(rowOf), completed, state: search.state };
    outcome = search.dismiss() ? search.run(limit) : 'illegal';
  }
  search.release();
  return { complete: outcome === 'illegal', stuck };
}
