// Lets every judge there is look at one history, and tells where they differ.
import { isLinearizable } from '../checkers/linearizable/brute-force.js';
import { checkLinearizable } from '../checkers/linearizable/check.js';
import { type Assessment, assess } from '../checkers/linearizable/engines.js';
import type { AnyModel } from '../checkers/linearizable/models/model.js';
import { Actions } from '../checkers/linearizable/prepare/actions.js';
import { Machine } from '../checkers/linearizable/prepare/machine.js';
import { type Partition, partition } from '../checkers/linearizable/prepare/partition.js';
import { Values } from '../checkers/linearizable/prepare/values.js';
import { problemOf } from '../checkers/linearizable/search/problem.js';
import { Search } from '../checkers/linearizable/search/search.js';
import { messageOf } from '../framework/contracts/error.js';
import type { History } from '../framework/contracts/history.js';
import { holds } from './definition.js';
import { isRough, problemWith } from './evidence.js';
import type { Subject } from './histories.js';
import { byKey } from './keyed.js';

/** How often the judges that cost more are asked: one history in so many. */
const SECOND_JUDGE = 16;
const STARVED = 4;
const BARE = 4;
const WHOLE = 4;

const MEMORY = 1 << 26;
/** A search with hardly any memory goes on after so many configurations. */
const SLICE = 3;
/** No small history needs as many. */
const MOST_CONFIGURATIONS = 1_000_000;

export interface Comparison {
  valid: boolean;
  /** What the engine took for each key. */
  algorithms: readonly string[];
  /** Violations whose evidence was checked. */
  witnesses: number;
  /** Those of them that the checker does not claim to be as small as can be. */
  rough: number;
  /** Violations that the engine places later than they are. */
  late: number;
  /** What each judge says; null: they agree. */
  disagreement: Record<string, unknown> | null;
}

/** `index` decides which of the judges that cost more are asked; 0 asks them all. */
export function compare(model: AnyModel, { history, initial, honest }: Subject, index: number): Comparison {
  const keys = byKey(history);
  const one = [...keys.values()];
  const valid = one.every((operations) => holds(model, initial, operations));
  const verdicts: Record<string, unknown> = { definition: valid };
  const comparison = { valid, algorithms: [] as string[], witnesses: 0, rough: 0, late: 0 };
  const differs = (judge: string, verdict: unknown) => {
    if (verdict !== valid) verdicts[judge] = verdict;
  };
  const isTurn = (every: number) => index % every === 0;
  if (honest && !valid) verdicts['reference'] = 'everything in it happened in this order';
  try {
    if (isTurn(SECOND_JUDGE))
      differs(
        'brute force',
        one.every((all) => isLinearizable(model, initial, all)),
      );
    const actions = new Actions(model, new Values());
    const machine = new Machine(actions, initial);
    const partitions = partition(history, actions);
    const engine = judge(machine, partitions, true);
    differs('engine', verdictOf(engine));
    comparison.algorithms = engine.map(({ algorithm }) => algorithm);
    // Without a monitor at work, the search alone would do the same again.
    if (model.cell !== undefined || engine.some(({ algorithm }) => algorithm !== 'search')) {
      const search = judge(machine, partitions, false);
      differs('search', verdictOf(search));
      if (model.reaches === undefined) comparison.late = late(engine, search, verdicts);
    }
    if (isTurn(STARVED)) differs('search in slices, without memory', starved(machine, partitions));
    if (isTurn(BARE)) differs('search, of the bare model', bare(model, initial, history));
    if (isTurn(WHOLE)) Object.assign(comparison, whole(model, { history, initial }, valid, verdicts));
  } catch (error) {
    verdicts['error'] = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  }
  return { ...comparison, disagreement: Object.keys(verdicts).length > 1 ? verdicts : null };
}

function judge(machine: Machine, partitions: readonly Partition[], monitors: boolean): Assessment[] {
  return assess(machine, partitions, { budget: MOST_CONFIGURATIONS, stop: () => undefined, memory: MEMORY, monitors });
}

function verdictOf(assessments: readonly Assessment[]): boolean | 'unknown' {
  if (assessments.some(({ valid }) => valid === false)) return false;
  return assessments.some(({ valid }) => valid === 'unknown') ? 'unknown' : true;
}

/**
 * The search finds the first return with which a history is illegal; a monitor may name a later one (counted), where it cannot
 * judge the events before that, but never an earlier one.
 */
function late(engine: readonly Assessment[], search: readonly Assessment[], verdicts: Record<string, unknown>): number {
  let count = 0;
  for (const [i, { valid, stuck, partition }] of engine.entries()) {
    if (valid !== false || stuck === search[i]!.stuck) continue;
    const [found, first] = [partition.ret[stuck] ?? -1, partition.ret[search[i]!.stuck] ?? -1];
    if (found > first && first >= 0) count++;
    else verdicts['stuck (engine, search)'] = [partition.row[stuck] ?? -1, partition.row[search[i]!.stuck] ?? -1];
  }
  return count;
}

function starved(machine: Machine, partitions: readonly Partition[]): boolean {
  return partitions.every((operations) => {
    const search = new Search(machine, problemOf(operations, machine.actions), 0);
    let outcome = search.run(SLICE);
    for (let bytes = 1024; outcome === 'more'; ) {
      // It needs memory for its states, if for nothing else.
      if (search.starved) {
        bytes *= 2;
        search.grant(bytes);
      }
      outcome = search.run(search.configurations + SLICE);
    }
    search.release();
    return outcome === 'linearizable';
  });
}

/** The same model without anything that lets an engine do more than take steps. */
function bare(model: AnyModel, initial: unknown, history: History): boolean {
  const { cell: _c, container: _o, membership: _m, lock: _l, part: _p, reaches: _r, ...rest } = model;
  const actions = new Actions(rest, new Values());
  const machine = new Machine(actions, initial);
  return starved(machine, partition(history, actions));
}

/** The check as a user has it. Returns how many violations it explained, and how many of them roughly. */
function whole(
  model: AnyModel,
  { history, initial }: { history: History; initial: unknown },
  valid: boolean,
  verdicts: Record<string, unknown>,
): { witnesses: number; rough: number } {
  const result = checkLinearizable(history, { model, initial });
  if (result.valid !== valid) verdicts['check'] = result.valid;
  for (const anomaly of result.anomalies) {
    const problem = problemWith(anomaly, history, model, initial);
    if (problem !== undefined) verdicts['evidence'] = { problem, anomaly };
  }
  return { witnesses: result.anomalies.length, rough: result.anomalies.filter(isRough).length };
}
