// Which engine judges a key: contradictions first, then the zones where values are distinct, then the search.
import { type Contradiction, Contradictions } from './monitors/contradictions.js';
import { Zones } from './monitors/zones.js';
import type { Machine } from './prepare/machine.js';
import { NEVER, type Operations, type Partition } from './prepare/partition.js';
import type { Allowance } from './search/allowance.js';
import { problemOf } from './search/problem.js';
import { type Ended, runInRounds } from './search/rounds.js';
import { Search } from './search/search.js';

export type Algorithm = 'zones' | 'search';

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
  allowance: Allowance;
  /** False: use the search for every key. */
  monitors: boolean;
}

/** By default the keys that need the search share `TOGETHER` configurations, within these bounds for each. */
const TOGETHER = 2_000_000;
const MOST_EACH = 1_000_000;
const LEAST_EACH = 10_000;

export function defaultBudget(keys: number): number {
  return Math.max(LEAST_EACH, Math.min(MOST_EACH, Math.floor(TOGETHER / Math.max(1, keys))));
}

const DISTINCT = 'every value is written once';

/** Judges every partition; answers come in their order. */
export function assess(machine: Machine, partitions: readonly Partition[], options: EngineOptions): Assessment[] {
  const contradictions = findContradictions(machine, partitions, options);
  const zones = zonesFor(machine, options);
  const assessments = partitions.map((partition, i) => begin(partition, contradictions[i]!, zones));
  const open = assessments.filter(({ algorithm }) => algorithm === 'search');
  searchAll(machine, open, options);
  return assessments;
}

function findContradictions(machine: Machine, partitions: readonly Partition[], options: EngineOptions) {
  if (!options.monitors || machine.actions.model.cell === undefined) return partitions.map(() => null);
  const monitor = new Contradictions(machine.actions, machine.initial);
  return partitions.map((partition) => monitor.first(partition));
}

function zonesFor(machine: Machine, { monitors }: EngineOptions): Zones | string {
  if (!monitors) return 'monitors are switched off';
  if (machine.actions.model.cell === undefined)
    return `there is no monitor for the model ${machine.actions.model.name}`;
  return new Zones(machine.actions, machine.initial);
}

function begin(partition: Partition, contradiction: Contradiction | null, zones: Zones | string): Assessment {
  const assessment: Assessment = {
    partition,
    valid: true,
    algorithm: 'search',
    why: '',
    configurations: 0,
    placed: 0,
    stuck: -1,
    contradiction,
    hint: [],
    ended: null,
  };
  if (typeof zones === 'string') return { ...assessment, why: zones };
  // A contradiction is a violation; what is left to know is whether there was another one before it.
  const until = contradiction === null ? partition.events - 1 : partition.ret[contradiction.observation]! - 1;
  const judgement = zones.judge(partition, until);
  if ('obstacle' in judgement) return { ...assessment, why: judgement.obstacle };
  const zoned = { ...assessment, algorithm: 'zones' as const, why: DISTINCT };
  if (judgement.outcome === 'illegal') return { ...zoned, valid: false, ...firstFailure(partition, zones, until) };
  const placed = returnedBefore(partition, until + 1);
  return contradiction === null
    ? { ...zoned, placed }
    : { ...zoned, valid: false, placed, stuck: contradiction.observation };
}

/** The earliest prefix that is illegal ends with the return of the stuck operation; the events up to `until` are illegal. */
function firstFailure(partition: Partition, zones: Zones, until: number) {
  let low = 0;
  let high = until;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFine(zones, partition, middle)) low = middle + 1;
    else high = middle;
  }
  const judgement = zones.judge(partition, low);
  return {
    stuck: partition.ret.indexOf(low),
    placed: returnedBefore(partition, low),
    contradiction: null,
    hint: 'hint' in judgement ? judgement.hint : [],
  };
}

function isFine(zones: Zones, partition: Partition, cutoff: number): boolean {
  const judgement = zones.judge(partition, cutoff);
  return 'outcome' in judgement && judgement.outcome === 'linearizable';
}

function returnedBefore({ ret }: Partition, stamp: number): number {
  let count = 0;
  for (const one of ret) if (one < stamp) count++;
  return count;
}

/** A key with a contradiction is illegal; the search only looks whether something was wrong before that. */
function searchAll(
  machine: Machine,
  assessments: readonly Assessment[],
  { budget, stop, allowance }: EngineOptions,
): void {
  const searches = assessments.map(({ partition, contradiction }) => {
    const operations = contradiction === null ? partition : until(partition, partition.ret[contradiction.observation]!);
    return new Search(machine, problemOf(operations, machine.actions), allowance);
  });
  const configurations = budget ?? defaultBudget(searches.length);
  const found = runInRounds(searches, { configurations, stop });
  assessments.forEach((assessment, i) => {
    const search = searches[i]!;
    const result = found[i]!;
    assessment.configurations = search.configurations;
    assessment.placed = search.furthest;
    if (result.outcome === 'illegal') {
      assessment.valid = false;
      assessment.contradiction = null;
    } else if (assessment.contradiction !== null) {
      assessment.valid = false;
      assessment.stuck = assessment.contradiction.observation;
      return;
    } else if (result.outcome === 'unknown') {
      assessment.valid = 'unknown';
      assessment.ended = result.ended;
    }
    const at = search.stuckAt();
    if (at >= 0) assessment.stuck = search.problem.origin[at]!;
  });
}

/** The events before a stamp: what returned later is pending. */
function until({ call, ret, action }: Partition, stamp: number): Operations {
  let count = 0;
  while (count < call.length && call[count]! < stamp) count++;
  return {
    count,
    call: call.subarray(0, count),
    ret: ret.subarray(0, count).map((one) => (one < stamp ? one : NEVER)),
    action: action.subarray(0, count),
  };
}
