// What the page tells, worked out once: which anomaly comes first, its operations, the faults, the leaders, the figures.
import type { NodeEvent } from '../contracts/cluster.js';
import type { Explanations } from '../contracts/explanation.js';
import type { History, Operation } from '../contracts/history.js';
import type { FoundAnomaly, RunResult } from '../contracts/result.js';
import type { Nanoseconds } from '../contracts/time.js';
import type { NodeFile } from '../store/node-files.js';
import { type Faults, readFaults } from './faults.js';
import { type LeaderChange, leaderChanges } from './leaders.js';
import { momentsOf } from './moments.js';
import { operationAt } from './operations.js';
import { endOfHistory, gather, type Statistics } from './statistics.js';

export interface ReportInput {
  result: RunResult;
  history: History;
  /** In order of time. */
  events: readonly NodeEvent[];
  planYaml: string;
  /** Lines of one node's log; only the last of them are kept. */
  nodeLogs?: (node: string) => Iterable<string>;
  /** The files of one node's logs; without it there is one, of `nodeLogs`. */
  nodeFiles?: (node: string) => readonly NodeFile[];
  /** What is missing of the run, a clause each; the rest is shown. */
  notices?: readonly string[];
  /** What anomalies mean, by name. */
  explains?: Explanations;
}

/** An anomaly with the operations that prove it. */
export interface Case {
  readonly anomaly: FoundAnomaly;
  /** In order of invocation, at most `MOST_OPERATIONS`. */
  readonly operations: readonly Operation[];
  /** Operations of the anomaly that were left out. */
  readonly hidden: number;
  /** Without operations: the instants that its evidence names. */
  readonly moments: readonly Nanoseconds[];
  /** From the first invocation to the last completion, or over the moments; undefined where there are neither. */
  readonly span: { readonly from: Nanoseconds; readonly to: Nanoseconds } | undefined;
}

export interface Story {
  readonly input: ReportInput;
  readonly faults: Faults;
  readonly leaders: readonly LeaderChange[];
  readonly statistics: Statistics;
  /** The first is the one that the page opens with. */
  readonly cases: readonly Case[];
  /** The anomalies that are listed without evidence. */
  readonly others: readonly FoundAnomaly[];
}

export const MOST_OPERATIONS = 12;
/** Of more, the first few are kept, and those at the end: where it went wrong. */
const FIRST = 2;
const MOST_LOOKED_AT = 10_000;
const MOST_CASES = 5;

export function tell(input: ReportInput): Story {
  const { result, history, events } = input;
  const end = Math.max(endOfHistory(history), events[events.length - 1]?.time ?? 0);
  const ordered = inOrderOfInterest(result);
  const shown = new Set(distinctFirst(ordered, MOST_CASES));
  return {
    input,
    faults: readFaults(history, result.nodes, end),
    leaders: leaderChanges(events),
    statistics: gather(history, end),
    cases: [...shown].map((anomaly) => caseOf(anomaly, history, end)),
    others: ordered.filter((anomaly) => !shown.has(anomaly)),
  };
}

/**
 * What breaks the plan comes first: what it did not expect or, where it lets others pass, what it did. Then what has operations to
 * show.
 */
function inOrderOfInterest({ anomalies, expect }: RunResult): FoundAnomaly[] {
  const expected = new Set(expect === 'valid' ? [] : expect.anomalies);
  const wanted = expect !== 'valid' && expect.others === 'allow';
  const rank = ({ name, checker, operations }: FoundAnomaly) =>
    ((expected.has(name) || expected.has(checker)) === wanted ? 0 : 2) +
    (operations !== undefined && operations.length > 0 ? 0 : 1);
  return anomalies
    .map((anomaly, position) => ({ anomaly, position, rank: rank(anomaly) }))
    .sort((a, b) => a.rank - b.rank || a.position - b.position)
    .map(({ anomaly }) => anomaly);
}

/** One of each name before a second of any. */
function distinctFirst(anomalies: readonly FoundAnomaly[], limit: number): FoundAnomaly[] {
  const seen = new Set<string>();
  const firsts: FoundAnomaly[] = [];
  const rest: FoundAnomaly[] = [];
  for (const anomaly of anomalies) {
    (seen.has(anomaly.name) ? rest : firsts).push(anomaly);
    seen.add(anomaly.name);
  }
  return [...firsts, ...rest].slice(0, limit);
}

function caseOf(anomaly: FoundAnomaly, history: History, end: Nanoseconds): Case {
  const found = new Map<number, Operation>();
  for (const row of (anomaly.operations ?? []).slice(0, MOST_LOOKED_AT)) {
    const operation = operationAt(history, row);
    if (operation !== undefined) found.set(operation.index, operation);
  }
  const all = [...found.values()].sort((a, b) => a.index - b.index);
  const operations = mostTelling(all, anomaly.evidence?.['stuck']);
  const hidden = all.length - operations.length + Math.max(0, (anomaly.operations ?? []).length - MOST_LOOKED_AT);
  const moments = operations.length > 0 ? [] : momentsOf(anomaly.evidence ?? {}, end);
  return { anomaly, operations, hidden, moments, span: spanOf(operations) ?? hullOf(moments) };
}

/** The first few and those at the end, among them the one with which it showed, if the checker names it. In order. */
function mostTelling(all: readonly Operation[], stuck: unknown): Operation[] {
  if (all.length <= MOST_OPERATIONS) return [...all];
  const end = new Set(all.slice(FIRST - MOST_OPERATIONS));
  const key = all.slice(FIRST).find(({ index }) => index === stuck);
  if (key !== undefined && !end.has(key)) {
    end.delete([...end][0]!);
    end.add(key);
  }
  return all.filter((operation, i) => i < FIRST || end.has(operation));
}

function hullOf(moments: readonly Nanoseconds[]): Case['span'] {
  const last = moments[moments.length - 1];
  return last === undefined ? undefined : { from: moments[0]!, to: last };
}

function spanOf(operations: readonly Operation[]): Case['span'] {
  if (operations.length === 0) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { invoked, completed } of operations) {
    from = Math.min(from, invoked);
    to = Math.max(to, completed ?? invoked);
  }
  return { from, to };
}
