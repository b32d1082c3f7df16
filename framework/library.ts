// Running and checking from code: what the package's face offers beside the define functions.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkLinearizable as checkColumns,
  DEFAULT_MEMORY,
  type LinearizableOptions,
  type LinearizableResult,
} from '../checkers/linearizable/check.js';
import { shapeProblems } from '../checkers/linearizable/models/define.js';
import { guarded } from '../checkers/linearizable/models/guarded.js';
import type { AnyModel } from '../checkers/linearizable/models/model.js';
import { MODELS, modelNamed } from '../checkers/linearizable/models/table.js';
import { defaultCatalog } from './catalog/catalog.js';
import type { AnyChecker, Verdict } from './contracts/checker.js';
import { ChaosError } from './contracts/error.js';
import { EVENT_TYPES, type History } from './contracts/history.js';
import { type Key, NEMESIS, type Outcome } from './contracts/operation.js';
import type { OptionValues } from './contracts/options.js';
import { historyOfOperations, type LooseOperation } from './history/from-operations.js';
import { ColumnarHistory } from './history/history.js';
import { loadPlan } from './plan/load.js';
import { loadModules, moduleOf } from './plan/modules.js';
import { nearest } from './plan/nearest.js';
import { resolveOptions } from './plan/values.js';
import { memoryForChecks } from './run/memory.js';
import { type RunOutcome, runPlan } from './run/run.js';
import { createRandom } from './time/random.js';

export interface RunSettings {
  /** Results folder; null: keep nothing on disk. */
  results: string | null;
  seed?: number;
  /** Overrides as on the command line: `timing.load=60s`. */
  set?: string[];
  signal?: AbortSignal;
}

/** Runs a plan file, every cell of its matrix in turn. Throws what is wrong with the plan. */
export async function run(plan: string | URL, settings: RunSettings = { results: 'results' }): Promise<RunOutcome[]> {
  const file = plan instanceof URL ? fileURLToPath(plan) : resolve(plan);
  const { results, seed, set = [], signal } = settings;
  const variables = process.env;
  const cells = await loadPlan(file, {
    catalog: defaultCatalog(),
    variables,
    set,
    ...(seed === undefined ? {} : { seed }),
  });
  const outcomes: RunOutcome[] = [];
  for (const cell of cells)
    outcomes.push(await runPlan(cell, { results, ...(signal === undefined ? {} : { signal }) }));
  return outcomes;
}

/** An event as a person would write it for a test. */
export interface LooseEvent {
  process: number | typeof NEMESIS;
  type: 'invoke' | Outcome;
  f: string;
  key?: Key;
  value?: unknown;
  /** Nanoseconds; by default one microsecond after the event before. */
  time?: number;
  node?: string;
  error?: string;
}

/** A history from events in order. Throws on a completion without an invocation, and on two operations open in a process. */
export function historyOf(events: Iterable<LooseEvent>): History {
  const history = new ColumnarHistory();
  let clock = 0;
  for (const { process, type, f, key, value = null, time, node, error } of events) {
    clock = time ?? clock + 1000;
    if (process === NEMESIS) history.appendNemesis(clock, f, value);
    else if (type === EVENT_TYPES[0]) history.appendInvoke(clock, process, f, key, value, node);
    else history.appendCompletion(clock, process, type, value, error);
  }
  return history;
}

/** Lets one checker, or the built-in one of that name, judge a history. */
export async function check(
  checker: AnyChecker | string,
  history: History | Iterable<LooseEvent>,
  options: OptionValues = {},
): Promise<Verdict> {
  const definition = typeof checker === 'string' ? await defaultCatalog().load('checker', checker) : checker;
  if (definition === undefined) throw new RangeError(`there is no checker '${String(checker)}'`);
  const values = resolveOptions((definition as AnyChecker).options ?? {}, options, 'check');
  const { modules, problems } = await loadModules(definition as AnyChecker, values, defaultCatalog());
  if (problems.length > 0) {
    throw new ChaosError('bad-options', problems.map(({ message }) => message).join('; '), { kind: 'usage' });
  }
  const judged = 'columns' in history ? history : historyOf(history);
  const start = performance.now();
  return (definition as AnyChecker).check(judged, {
    options: values,
    memory: memoryForChecks(),
    module: moduleOf(modules),
    nodes: judged.nodes,
    reads: ['read'],
    events: [],
    log: () => [],
    random: createRandom(1, 'check'),
    cancelled: () => false,
    elapsed: () => performance.now() - start,
  });
}

/** The built-in models by name. */
export const models: Readonly<Record<string, AnyModel>> = Object.freeze(
  Object.fromEntries(MODELS.map((model) => [model.name, model])),
);

/**
 * Judges whether operations are linearizable, key by key: a `History`, or any iterable of operations (see `LooseOperation`), in
 * any order. `options.model` is a name, one of `models`, or a model of your own (`defineModel`); `options.initial` is the value of
 * every key at the start. Synchronous; in memory never takes more than the machine can spare.
 *
 * In the result, `stuck` of a key and `operations` of an anomaly are event indexes; for operations that are no `History`: of the
 * invocation among all invocations and completions, in the order of their times.
 *
 * Throws `ChaosError`: `model-unknown`, `model-function`, `model-value`, `model-invalid`, `model-initial`, `model-failed`, and
 * what `historyOfOperations` throws; RangeError never.
 */
export function checkLinearizable(
  operations: History | Iterable<LooseOperation>,
  options: LinearizableOptions = {},
): LinearizableResult {
  const model = usable(options.model ?? 'auto');
  try {
    model.initial(options.initial ?? null);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ChaosError('model-initial', error.message, { kind: 'usage', cause: error });
  }
  const memory = Math.min(options.memory ?? DEFAULT_MEMORY, memoryForChecks());
  const history = 'columns' in operations ? operations : historyOfOperations(operations);
  return checkColumns(history, { ...options, model, memory });
}

/** The model that is meant; one of the user's runs guarded, so that what goes wrong in it is told as such. */
function usable(model: string | AnyModel): AnyModel {
  if (typeof model !== 'string') {
    if (MODELS.includes(model)) return model;
    const problems = shapeProblems(model);
    if (problems.length === 0) return guarded(model);
    throw new ChaosError('model-invalid', problems.join('; '), { kind: 'usage' });
  }
  const found = modelNamed(model);
  if (found !== undefined) return found;
  const names = MODELS.map(({ name }) => name);
  const meant = nearest(model, names);
  const hint = meant === undefined ? `use one of ${names.join(', ')}` : `did you mean "${meant}"?`;
  throw new ChaosError('model-unknown', `there is no model ${model}`, { kind: 'usage', hint });
}
