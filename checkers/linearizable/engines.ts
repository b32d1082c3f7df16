// Which engine judges a key: contradictions first, then a monitor where the history qualifies, then the search.
import { type Contradiction, Contradictions } from './monitors/contradictions.js';
import type { Monitor, MonitorName } from './monitors/monitor.js';
import { monitorFor } from './monitors/table.js';
import type { Machine } from './prepare/machine.js';
import { NEVER, type Partition } from './prepare/partition.js';
import { type Part, partsOf } from './prepare/parts.js';
import { problemOf } from './search/problem.js';
import {
  type Ended,
  type Found,
  LEAST_SHARE,
  type Limits,
  type Rounds,
  reportOf,
  runInRounds,
} from './search/rounds.js';
import { Search } from './search/search.js';

export type Algorithm = MonitorName | 'search';

export interface Assessment {
  partition: Partition;
  valid: boolean | 'unknown';
  algorithm: Algorithm;
  /** Why this algorithm, a clause. */
  why: string;
  configurations: number;
  /** Completed operations that could be linearized, in order of return, before the first that could not (as far as known). */
  placed: number;
  /** That first one, as an index into the partition; -1: none, or not known. */
  stuck: number;
  /** What says so, if it is a direct contradiction. */
  contradiction: Contradiction | null;
  /** Operations that clash, as far as known. */
  hint: number[];
  ended: Ended | null;
}

export interface EngineOptions {
  /** Configurations per key; null: a share of what is enough for a few seconds. */
  budget: number | null;
  stop: () => Ended | undefined;
  /** Bytes for the tables of all searches. */
  memory: number;
  /** False: use the search for every key. */
  monitors: boolean;
  /** Takes a function that tells how far each partition has come, for whoever breaks the work off in the middle. */
  watch?: (progress: () => Assessment[]) => void;
}

/** By default the keys that need the search share `TOGETHER` configurations, within these bounds for each. */
const TOGETHER = 2_000_000;
const MOST_EACH = 1_000_000;
const LEAST_EACH = 10_000;

export function defaultBudget(keys: number): number {
  return Math.max(LEAST_EACH, Math.min(MOST_EACH, Math.floor(TOGETHER / Math.max(1, keys))));
}

/** What is left to search: some operations of the partition of an assessment. */
export interface Task {
  assessment: Assessment;
  part: Part;
}

/** Judges every partition; answers come in their order. */
export function assess(machine: Machine, partitions: readonly Partition[], options: EngineOptions): Assessment[] {
  const { assessments, tasks } = begin(machine, partitions, options);
  const searches = searchesOf(machine, tasks);
  const found = runInRounds(searches, limitsOf(tasks, options), options.stop, (rounds) =>
    options.watch?.(() => progress(assessments, tasks, searches, rounds)),
  );
  conclude(assessments, tasks, found);
  return assessments;
}

/** The assessments if the searches ended here. Changes nothing. */
export function progress(
  assessments: readonly Assessment[],
  tasks: readonly Task[],
  searches: readonly Search[],
  rounds: Rounds,
): Assessment[] {
  const copies = new Map(assessments.map((assessment) => [assessment, { ...assessment }]));
  const found = searches.map((search, t): Found => {
    return rounds.found[t] ?? { ...reportOf(search, 'more'), ended: 'cancelled' };
  });
  const now = [...copies.values()];
  conclude(
    now,
    tasks.map(({ assessment, part }) => ({ assessment: copies.get(assessment)!, part })),
    found,
  );
  return now;
}

export function searchesOf(machine: Machine, tasks: readonly Task[]): Search[] {
  const { actions } = machine;
  return tasks.map(({ part }) => new Search(machine, problemOf(part.operations, actions), LEAST_SHARE));
}

export function limitsOf(tasks: readonly Task[], { budget, memory }: EngineOptions): Limits {
  return { configurations: budget ?? defaultBudget(tasks.length), bytes: memory };
}

/** All that needs no search. `conclude` ends the assessments with what became of the tasks. */
export function begin(machine: Machine, partitions: readonly Partition[], options: EngineOptions) {
  const contradictions = findContradictions(machine, partitions, options);
  const monitor = options.monitors ? monitorFor(machine) : undefined;
  const otherwise = options.monitors
    ? `there is no monitor for the model ${machine.actions.model.name}`
    : 'monitors are switched off';
  const assessments = partitions.map((partition, i) =>
    look(partition, contradictions[i]!, monitor, otherwise, options.stop),
  );
  const open = assessments.filter(({ algorithm, ended }) => algorithm === 'search' && ended === null);
  return { assessments, tasks: open.flatMap((assessment) => tasksOf(assessment, machine)) };
}

/** The parts of a key to search. With a contradiction it is illegal; what is left is whether something was wrong before that. */
function tasksOf(assessment: Assessment, { actions }: Machine): Task[] {
  const { partition, contradiction } = assessment;
  const operations = contradiction === null ? partition : until(partition, partition.ret[contradiction.observation]!);
  return partsOf(operations, actions).map((part) => ({ assessment, part }));
}

function findContradictions(machine: Machine, partitions: readonly Partition[], options: EngineOptions) {
  if (!options.monitors || machine.actions.model.cell === undefined) return partitions.map(() => null);
  const monitor = new Contradictions(machine.actions, machine.initial);
  return partitions.map((partition) => monitor.first(partition));
}

function look(
  partition: Partition,
  contradiction: Contradiction | null,
  monitor: Monitor | undefined,
  otherwise: string,
  stop: () => Ended | undefined,
): Assessment {
  const assessment: Assessment = {
    partition,
    valid: true,
    algorithm: 'search',
    why: otherwise,
    configurations: 0,
    placed: 0,
    stuck: -1,
    contradiction,
    hint: [],
    ended: null,
  };
  const ended = stop();
  if (ended !== undefined) return { ...assessment, valid: 'unknown', contradiction: null, ended };
  if (monitor === undefined) return assessment;
  // A contradiction is a violation; what is left to know is whether there was another one before it.
  const until = contradiction === null ? partition.events - 1 : partition.ret[contradiction.observation]! - 1;
  const judgement = monitor.judge(partition, until);
  if ('obstacle' in judgement) return { ...assessment, why: judgement.obstacle };
  const judged = { ...assessment, algorithm: monitor.name, why: monitor.because };
  if (judgement.outcome === 'illegal') {
    return { ...judged, valid: false, ...firstFailure(partition, monitor, until, judgement.hint) };
  }
  const placed = returnedBefore(partition, until + 1);
  return contradiction === null
    ? { ...judged, placed }
    : { ...judged, valid: false, placed, stuck: contradiction.observation };
}

/** A proof of so few operations says more than one of more operations that is complete earlier. */
const MOST_TELLING = 16;
/** Where violations abound, the first one is found by halves. */
const FEW_TURNS = 3;

/** The events up to `until` are illegal, and `clashing` clash. Finds the operation with whose return they become so. */
function firstFailure(partition: Partition, monitor: Monitor, until: number, clashing: number[]) {
  let low = 0;
  let high = until;
  let hint = clashing;
  /** The last return of the hint, of those by `high`. */
  const endOfHint = () =>
    hint.reduce((last, i) => (partition.ret[i]! <= high ? Math.max(last, partition.ret[i]!) : last), -1);
  const look = (cutoff: number) => {
    const judgement = monitor.judge(partition, cutoff);
    if (!('hint' in judgement)) {
      low = cutoff + 1;
      return false;
    }
    if (judgement.hint.length > MOST_TELLING && hint.length > 0 && hint.length <= MOST_TELLING) {
      high = endOfHint();
      low = high;
      return true;
    }
    high = cutoff;
    hint = judgement.hint;
    return true;
  };
  // Mostly what clashes says at once where it was, and a look just before that confirms it.
  for (let turn = 0; turn < FEW_TURNS && low < high; turn++) {
    const end = endOfHint();
    if (end < low || (end < high && !look(end)) || (low < high && !look(high - 1))) break;
  }
  while (low < high) look((low + high) >>> 1);
  return { stuck: partition.ret.indexOf(high), placed: returnedBefore(partition, high), contradiction: null, hint };
}

function returnedBefore({ ret }: Partition, stamp: number): number {
  let count = 0;
  for (const one of ret) if (one < stamp) count++;
  return count;
}

/** Puts what the searches found, in the order of the tasks, into the assessments. */
export function conclude(assessments: readonly Assessment[], tasks: readonly Task[], found: readonly Found[]): void {
  const failures = new Map<Assessment, number[]>();
  const parts = new Map<Assessment, number>();
  for (const [t, { assessment, part }] of tasks.entries()) {
    const { outcome, ended, configurations, furthest, stuck } = found[t]!;
    const at = stuck < 0 ? -1 : part.origin[stuck]!;
    assessment.configurations += configurations;
    assessment.placed += furthest;
    parts.set(assessment, (parts.get(assessment) ?? 0) + 1);
    if (outcome === 'illegal') failures.set(assessment, [...(failures.get(assessment) ?? []), at]);
    else if (ended !== null && assessment.ended === null) Object.assign(assessment, { ended, stuck: at });
  }
  for (const assessment of assessments) {
    if (parts.has(assessment)) settle(assessment, failures.get(assessment) ?? [], parts.get(assessment)!);
  }
}

/** `failures`: the operations at which the parts of the key fail. */
function settle(assessment: Assessment, failures: readonly number[], parts: number): void {
  const { partition, contradiction } = assessment;
  const first = failures.reduce((a, b) => (a < 0 || partition.ret[b]! < partition.ret[a]! ? b : a), -1);
  if (first >= 0) {
    Object.assign(assessment, { valid: false, contradiction: null, ended: null, stuck: first });
    if (parts > 1) assessment.placed = returnedBefore(partition, partition.ret[first]!);
  } else if (contradiction !== null) {
    Object.assign(assessment, { valid: false, ended: null, stuck: contradiction.observation });
  } else if (assessment.ended !== null) {
    assessment.valid = 'unknown';
  }
}

/** The events before a stamp: what returned later is pending. */
function until(partition: Partition, stamp: number): Partition {
  const { call, ret, action } = partition;
  let count = 0;
  while (count < call.length && call[count]! < stamp) count++;
  return {
    ...partition,
    count,
    call: call.subarray(0, count),
    ret: ret.subarray(0, count).map((one) => (one < stamp ? one : NEVER)),
    action: action.subarray(0, count),
  };
}
