// The whole check as a function of a history: partitions, an engine for each, evidence for what is wrong.
import type { Valid } from '../../framework/contracts/checker.js';
import { ChaosError } from '../../framework/contracts/error.js';
import type { History } from '../../framework/contracts/history.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Milliseconds } from '../../framework/contracts/time.js';
import type { AnyModel } from './models/model.js';
import { MODELS, modelNamed } from './models/table.js';
import { Actions } from './prepare/actions.js';
import { Machine } from './prepare/machine.js';
import { NEVER, type Partition, partition } from './prepare/partition.js';
import { Values } from './prepare/values.js';
import { problemOf } from './search/problem.js';
import { type Ended, runInRounds } from './search/rounds.js';
import { Search } from './search/search.js';

export interface LinearizableOptions {
  /** A built-in model's name, `auto`, or a model. */
  model?: string | AnyModel;
  /** The value at the start, of every key; default null. */
  initial?: unknown;
  /** Configurations that the search may explore for each key. */
  budget?: number;
  /** Bytes that the caches of the search may take together; with less the search is slower, never wrong. */
  memory?: number;
  /** Milliseconds for the whole check, by `elapsed`. */
  maxTime?: Milliseconds;
  elapsed?: () => Milliseconds;
  /** Asked now and then; true ends the check with `unknown` where it is not done. */
  cancelled?: () => boolean;
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
}

export interface KeyResult {
  /** Undefined where operations have no key. */
  key: Key | undefined;
  valid: Valid;
  algorithm: 'search';
  /** Operations that happened or may have happened, and how many of them completed. */
  operations: number;
  completed: number;
  /** Completed operations that could be linearized, in order of return, before the first that could not. */
  placed: number;
  configurations: number;
  /** Event index of the invocation that could not be linearized, or (unknown) not yet; -1: none. */
  stuck: number;
  /** What ended an `unknown`. */
  ended?: Ended;
}

export interface LinearizableResult {
  valid: Valid;
  model: string;
  operations: number;
  configurations: number;
  keys: KeyResult[];
}

export const DEFAULT_BUDGET = 1_000_000;
export const DEFAULT_MEMORY = 256 * 1024 * 1024;

/**
 * Judges whether each key of a history is linearizable. Deterministic unless `maxTime` or `cancelled` ends it.
 * Throws `ChaosError`: `model-unknown`, `model-function`, `model-value`.
 */
export function checkLinearizable(history: History, options: LinearizableOptions = {}): LinearizableResult {
  const model = resolveModel(options.model ?? 'auto');
  const actions = new Actions(model, new Values());
  const machine = new Machine(actions, options.initial ?? null);
  const partitions = partition(history, actions, { nilMatchesAny: options.nilMatchesAny ?? false });
  const keys = searchAll(history, partitions, machine, options);
  const sum = (pick: (key: KeyResult) => number) => keys.reduce((total, key) => total + pick(key), 0);
  return {
    valid: merged(keys.map(({ valid }) => valid)),
    model: model.name,
    operations: sum(({ operations }) => operations),
    configurations: sum(({ configurations }) => configurations),
    keys,
  };
}

function resolveModel(model: string | AnyModel): AnyModel {
  if (typeof model !== 'string') return model;
  const found = modelNamed(model);
  if (found !== undefined) return found;
  throw new ChaosError('model-unknown', `there is no model ${model}`, {
    kind: 'usage',
    hint: `use one of ${MODELS.map(({ name }) => name).join(', ')}`,
  });
}

function searchAll(
  history: History,
  partitions: readonly Partition[],
  machine: Machine,
  options: LinearizableOptions,
): KeyResult[] {
  const allowance = { bytes: options.memory ?? DEFAULT_MEMORY };
  const searches = partitions.map((part) => new Search(machine, problemOf(part, machine.actions), allowance));
  const found = runInRounds(searches, { configurations: options.budget ?? DEFAULT_BUDGET, stop: stopper(options) });
  return partitions.map((part, i) => {
    const search = searches[i]!;
    const result = found[i]!;
    const stuck = result.outcome === 'linearizable' ? -1 : part.row[search.problem.origin[search.stuckAt()]!]!;
    return {
      key: history.keys[part.key],
      valid: result.outcome === 'unknown' ? 'unknown' : result.outcome === 'linearizable',
      algorithm: 'search',
      operations: part.count,
      completed: completed(part),
      placed: search.furthest,
      configurations: search.configurations,
      stuck,
      ...(result.outcome === 'unknown' ? { ended: result.ended } : {}),
    };
  });
}

function stopper({ cancelled, elapsed, maxTime }: LinearizableOptions): () => Ended | undefined {
  const start = elapsed?.() ?? 0;
  return () => {
    if (cancelled?.() === true) return 'cancelled';
    return maxTime !== undefined && elapsed !== undefined && elapsed() - start > maxTime ? 'time' : undefined;
  };
}

function completed({ ret }: Partition): number {
  let count = 0;
  for (const stamp of ret) if (stamp !== NEVER) count++;
  return count;
}

function merged(all: readonly Valid[]): Valid {
  if (all.includes(false)) return false;
  return all.includes('unknown') ? 'unknown' : true;
}
