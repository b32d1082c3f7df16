// Running and checking from code: what the package's face offers beside the define functions.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCatalog } from './catalog/catalog.js';
import type { AnyChecker, Verdict } from './contracts/checker.js';
import { EVENT_TYPES, type History } from './contracts/history.js';
import { type Key, NEMESIS, type Outcome } from './contracts/operation.js';
import type { OptionValues } from './contracts/options.js';
import { ColumnarHistory } from './history/history.js';
import { loadPlan } from './plan/load.js';
import { resolveOptions } from './plan/values.js';
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
  const judged = 'columns' in history ? history : historyOf(history);
  const start = performance.now();
  return (definition as AnyChecker).check(judged, {
    options: resolveOptions((definition as AnyChecker).options ?? {}, options, 'check'),
    nodes: judged.nodes,
    reads: ['read'],
    events: [],
    log: () => [],
    random: createRandom(1, 'check'),
    cancelled: () => false,
    elapsed: () => performance.now() - start,
  });
}
