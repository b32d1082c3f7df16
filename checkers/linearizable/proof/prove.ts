// The proof of a `valid`: for each key an order in which its operations can have taken effect, checked by an independent replay.
import { ChaosError } from '../../../framework/contracts/error.js';
import { EVENT_INVOKE, EVENT_OK, type History } from '../../../framework/contracts/history.js';
import type { Key } from '../../../framework/contracts/operation.js';
import { amount } from '../../shared/text.js';
import type { AnyModel } from '../models/model.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { type Operations, type Partition, partition } from '../prepare/partition.js';
import { type Part, partsOf } from '../prepare/parts.js';
import { Values } from '../prepare/values.js';
import { problemOf } from '../search/problem.js';
import { Search } from '../search/search.js';
import { distinctOrder } from './distinct.js';
import { mergeOrders } from './merge.js';
import { queueOrder } from './queue.js';
import { knowsNothing, refute } from './verify.js';

export interface ProofOptions {
  model: AnyModel;
  /** The value of every key at the start; default null. */
  initial?: unknown;
  /** Configurations that the search may explore for each key (part, where a key splits); by default some for each operation. */
  budget?: number;
  /** Bytes that the tables of one search may take. */
  memory?: number;
  /** Asked now and then; true ends the attempt. */
  cancelled?: () => boolean;
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
}

export interface KeyProof {
  /** Undefined where operations have no key. */
  key: Key | undefined;
  /**
   * Event indexes of invocations, in order of effect: every completed operation, and those of the pending ones that took
   * effect as far as anybody can tell.
   */
  order: Int32Array;
}

/** `unproven`: why there is no proof, a clause; says nothing about the verdict unless it says that no order exists. */
export type Proof = { keys: KeyProof[]; configurations: number } | { unproven: string };

const DEFAULT_MEMORY = 256 * 1024 * 1024;
/** The default budget: at least so many configurations, more for many operations. */
const LEAST_BUDGET = 1_000_000;
const BUDGET_EACH = 4;

const NO_KEY = -1;

/**
 * An order for each key, in the order in which the keys first appear. Where a model's state is the last value written, or a FIFO
 * queue, and each value was written once, it is read off the history; else it comes from the general search, whatever engine
 * gave the verdict.
 * It is given only if `refute` has nothing against it; else throws `ChaosError` `proof-refuted`, a defect of ours.
 * Throws `model-function` and `model-value` as the check does.
 */
export function proveLinearizable(history: History, options: ProofOptions): Proof {
  const { model, initial = null, nilMatchesAny = false, cancelled = () => false } = options;
  const actions = new Actions(model, new Values());
  const machine = new Machine(actions, initial);
  const partitions = new Map(partition(history, actions, { nilMatchesAny }).map((one) => [one.key, one]));
  const silent = nilMatchesAny ? silentReads(history, model) : new Map<number, number[]>();
  const keys: KeyProof[] = [];
  let configurations = 0;
  for (const key of new Set([...partitions.keys(), ...silent.keys()])) {
    const orders: Int32Array[] = [];
    const own = partitions.get(key);
    for (const part of own === undefined ? [] : partsOf(own, actions)) {
      const found = orderOf(machine, own!, part, options, cancelled);
      if (typeof found === 'string') return { unproven: `${nameOf(history, key)} ${found}` };
      orders.push(found.rows);
      configurations += found.configurations;
    }
    const nil = silent.get(key);
    if (nil !== undefined) orders.push(Int32Array.from(nil));
    keys.push({ key: history.keys[key], order: mergeOrders(orders) });
  }
  const problem = refute(history, { model, initial, nilMatchesAny }, keys, cancelled);
  if (problem === 'cancelled') return { unproven: 'it was asked to stop' };
  if (problem === null) return { keys, configurations };
  throw new ChaosError('proof-refuted', `a proof of the checker linearizable does not hold: ${problem}`, {
    kind: 'internal',
  });
}

function nameOf(history: History, key: number): string {
  return key === NO_KEY ? 'the history' : `key ${history.keys[key]}`;
}

/** The order of a part, as rows of the history; a text: why there is none. */
function orderOf(
  machine: Machine,
  { row }: Partition,
  { operations, origin }: Part,
  { budget, memory = DEFAULT_MEMORY }: ProofOptions,
  cancelled: () => boolean,
): { rows: Int32Array; configurations: number } | string {
  if (cancelled()) return 'was not put in order: it was asked to stop';
  const { actions } = machine;
  const toRows = (order: Int32Array) => order.map((operation) => row[origin[operation]!]!);
  const direct = directOrder(machine, operations);
  if (direct !== null) return { rows: toRows(direct), configurations: 0 };
  const problem = problemOf(operations, actions);
  const search = new Search(machine, problem, memory);
  const outcome = search.run(budget ?? Math.max(LEAST_BUDGET, problem.count * BUDGET_EACH), cancelled);
  const { configurations } = search;
  const reached = `${search.furthest} of ${amount(problem.levels, 'completed operation')}`;
  const starved = search.starved;
  const order = outcome === 'linearizable' ? search.linearization() : null;
  search.release();
  if (order !== null) return { rows: toRows(order.map((operation) => problem.origin[operation]!)), configurations };
  if (outcome === 'illegal') return 'cannot be put in order';
  const ended = starved
    ? 'the memory of the search was used up'
    : cancelled()
      ? 'it was asked to stop'
      : 'the budget of configurations ran out';
  return `was not put in order: ${ended} after ${amount(configurations, 'configuration')}, with ${reached} in order`;
}

/** An order that takes no search, where there is one. */
function directOrder(machine: Machine, operations: Operations): Int32Array | null {
  const { actions, initial } = machine;
  const { cell, container } = actions.model;
  if (cell !== undefined) return distinctOrder(operations, actions, initial);
  const start = machine.state(initial);
  const isQueue = container?.order === 'first' && Array.isArray(start) && start.length === 0;
  return isQueue ? queueOrder(operations, actions) : null;
}

/** Reads that are taken to say nothing, which the search leaves out, by key. */
function silentReads(history: History, model: AnyModel): Map<number, number[]> {
  const { length, type, mate, key, process } = history.columns;
  const rows = new Map<number, number[]>();
  for (let row = 0; row < length; row++) {
    if (type[row] !== EVENT_INVOKE || process[row]! < 0) continue;
    const end = mate[row]!;
    if (end < 0 || type[end] !== EVENT_OK || !knowsNothing(history, model, row, end)) continue;
    const list = rows.get(key[row]!);
    if (list === undefined) rows.set(key[row]!, [row]);
    else list.push(row);
  }
  return rows;
}
