// The whole check as a function of a history: partitions, an engine for each, evidence for what is wrong.
import type { Anomaly, Valid } from '../../framework/contracts/checker.js';
import { ChaosError } from '../../framework/contracts/error.js';
import type { History } from '../../framework/contracts/history.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Milliseconds } from '../../framework/contracts/time.js';
import type { Workers } from '../../framework/contracts/workers.js';
import { type Algorithm, type Assessment, assess, type EngineOptions } from './engines.js';
import { explain } from './evidence/explain.js';
import type { AnyModel } from './models/model.js';
import { MODELS, modelNamed } from './models/table.js';
import { assessWith } from './parallel/assess-with.js';
import { Actions } from './prepare/actions.js';
import { Machine } from './prepare/machine.js';
import { NEVER, type Partition, partition } from './prepare/partition.js';
import { Values } from './prepare/values.js';
import type { Ended } from './search/rounds.js';

export interface LinearizableOptions {
  /** A built-in model's name, `auto`, or a model; default `auto`. */
  model?: string | AnyModel;
  /** The value at the start, of every key; default null. */
  initial?: unknown;
  /** Configurations that the search may explore for each key; by default as many as take a few seconds together. */
  budget?: number;
  /** Bytes that the tables of the search may take together; with less it is slower or gives up, and is never wrong. */
  memory?: number;
  /** Milliseconds for the whole check, by `elapsed`. */
  maxTime?: Milliseconds;
  elapsed?: () => Milliseconds;
  /** Asked now and then; true ends the check with `unknown` where it is not done. */
  cancelled?: () => boolean;
  /** Takes a function that tells what is known so far, without anomalies, for whoever breaks the check off in the middle. */
  soFar?: (progress: () => LinearizableResult) => void;
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
  /** False: verdicts alone, without anomalies, for who asks many times. */
  evidence?: boolean;
  /** False: judge every key by the general search; for comparisons. */
  monitors?: boolean;
}

export interface KeyResult {
  /** Undefined where operations have no key. */
  key: Key | undefined;
  valid: Valid;
  algorithm: Algorithm;
  /** Why this algorithm, a clause. */
  why: string;
  /** Operations that happened or may have happened, and how many of them completed. */
  operations: number;
  completed: number;
  /** Completed operations that could be linearized, in order of return, before the first that could not. */
  placed: number;
  configurations: number;
  /** Event index of the invocation that could not be linearized, or (unknown) not yet; -1: none. */
  stuck: number;
  /** What ended an `unknown`. */
  ended: Ended | null;
}

export interface LinearizableResult {
  valid: Valid;
  model: string;
  operations: number;
  configurations: number;
  /** In the order in which the keys first appear. */
  keys: KeyResult[];
  /** The first violation of each key, the earliest first, for at most `MOST_EXPLAINED` keys. */
  anomalies: Anomaly[];
}

export const DEFAULT_MEMORY = 256 * 1024 * 1024;
export const MOST_EXPLAINED = 10;
/** Of these, with the orders that the search tried. */
const MOST_IN_FULL = 3;

/**
 * Judges whether each key of a history is linearizable. Deterministic unless `maxTime` or `cancelled` ends it.
 * Throws `ChaosError`: `model-unknown`, `model-function`, `model-value`.
 */
export function checkLinearizable(history: History, options: LinearizableOptions = {}): LinearizableResult {
  const { machine, partitions, engine } = prepare(history, options);
  return explained(history, machine, options, assess(machine, partitions, engine));
}

/** The same, and the same answer, with the searches spread over threads where that is likely to pay. */
export async function checkLinearizableWith(
  workers: Workers,
  history: History,
  options: LinearizableOptions = {},
): Promise<LinearizableResult> {
  const { machine, partitions, engine } = prepare(history, options);
  const assessments = await assessWith(workers, machine, partitions, engine, timeLeft(options));
  return explained(history, machine, options, assessments);
}

function prepare(history: History, options: LinearizableOptions) {
  const actions = new Actions(resolveModel(options.model ?? 'auto'), new Values());
  const machine = new Machine(actions, options.initial ?? null);
  options.soFar?.(() => ({ ...resultOf(history, machine, []), valid: 'unknown' }));
  const partitions = partition(history, actions, { nilMatchesAny: options.nilMatchesAny ?? false });
  const engine: EngineOptions = {
    budget: options.budget ?? null,
    stop: stopper(options),
    memory: options.memory ?? DEFAULT_MEMORY,
    monitors: options.monitors ?? true,
    watch: (progress) => options.soFar?.(() => resultOf(history, machine, progress())),
  };
  return { machine, partitions, engine };
}

function explained(
  history: History,
  machine: Machine,
  { initial = null, evidence = true }: LinearizableOptions,
  assessments: readonly Assessment[],
): LinearizableResult {
  const explainable = evidence ? violations(assessments) : [];
  const anomalies = explainable.map((violation, i) => explain(history, machine, initial, violation, i < MOST_IN_FULL));
  return { ...resultOf(history, machine, assessments), anomalies };
}

function resultOf(history: History, machine: Machine, assessments: readonly Assessment[]): LinearizableResult {
  const keys = assessments.map((assessment) => keyResult(history, assessment));
  const sum = (pick: (key: KeyResult) => number) => keys.reduce((total, key) => total + pick(key), 0);
  return {
    valid: merged(keys.map(({ valid }) => valid)),
    model: machine.actions.model.name,
    operations: sum(({ operations }) => operations),
    configurations: sum(({ configurations }) => configurations),
    keys,
    anomalies: [],
  };
}

function violations(assessments: readonly Assessment[]): Assessment[] {
  const rowOf = ({ partition, stuck }: Assessment) => partition.row[stuck]!;
  return assessments
    .filter(({ valid }) => valid === false)
    .sort((a, b) => rowOf(a) - rowOf(b))
    .slice(0, MOST_EXPLAINED);
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

function keyResult(history: History, assessment: Assessment): KeyResult {
  const { partition, valid, algorithm, why, configurations, placed, stuck, ended } = assessment;
  return {
    key: history.keys[partition.key],
    valid,
    algorithm,
    why,
    operations: partition.count,
    completed: completed(partition),
    placed,
    configurations,
    stuck: partition.row[stuck] ?? -1,
    ended,
  };
}

/** Milliseconds until `maxTime` is over, from now on; null: it does not apply. */
function timeLeft({ elapsed, maxTime }: LinearizableOptions): () => Milliseconds | null {
  const start = elapsed?.() ?? 0;
  return () => (maxTime === undefined || elapsed === undefined ? null : Math.max(0, maxTime - (elapsed() - start)));
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
