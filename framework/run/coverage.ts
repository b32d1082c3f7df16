// What a verdict rests on: operations by outcome, faults that were injected and met operations, reads after the last heal.
import { EVENT_FAIL, EVENT_INFO, EVENT_INVOKE, EVENT_OK, type FaultValue, type History } from '../contracts/history.js';
import type { Coverage, FaultCoverage, FunctionCounts } from '../contracts/result.js';
import type { Nanoseconds } from '../contracts/time.js';
import type { EvidenceRules } from '../plan/plan.js';

interface FaultSpan {
  nemesis: string;
  from: Nanoseconds;
  to: Nanoseconds;
}

/** Spans of the faults in a history; one that never healed lasts to the end. */
export function faultSpans(history: History): FaultSpan[] {
  const spans = new Map<number, FaultSpan>();
  for (const event of history.nemesisEvents()) {
    if (event.f === 'phase') continue;
    const value = event.value as FaultValue;
    if (value.phase === 'inject') {
      spans.set(value.id, { nemesis: event.f, from: value.effective, to: Number.POSITIVE_INFINITY });
    } else if (value.phase === 'heal') {
      const span = spans.get(value.id);
      if (span !== undefined) span.to = value.requested;
    }
  }
  return [...spans.values()];
}

/**
 * `nemeses`: names of the faults that the plan asks for, so that one that never struck is missed. `reads`: functions that only
 * read.
 */
export function coverage(
  history: History,
  nemeses: readonly string[],
  reads: readonly string[],
  rules: EvidenceRules,
): Coverage {
  const { columns, functions } = history;
  const operations: Record<string, FunctionCounts> = {};
  const counts = functions.map(() => ({ invoke: 0, ok: 0, fail: 0, info: 0 }));
  const spans = faultSpans(history);
  const end = columns.length === 0 ? 0 : columns.time[columns.length - 1]!;
  const lastHeal = spans.reduce((last, span) => Math.max(last, Math.min(span.to, end)), 0);
  const readIds = new Set(reads.map((name) => history.functionId(name)));
  const byFault = new Map<string, FaultCoverage>();
  for (const nemesis of nemeses) {
    byFault.set(nemesis, { nemesis, injected: 0, skipped: 0, overlapped: 0, operations: 0, inForce: 0 });
  }
  for (const event of history.nemesisEvents()) {
    const fault = byFault.get(event.f);
    if (fault === undefined) continue;
    const { phase } = event.value as FaultValue;
    if (phase === 'inject') fault.injected++;
    if (phase === 'skip') fault.skipped++;
  }
  const hits = spans.map(() => 0);
  let readsAfterHeal = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.process[row]! < 0) continue;
    const type = columns.type[row]!;
    const count = counts[columns.f[row]!]!;
    if (type === EVENT_OK) count.ok++;
    else if (type === EVENT_FAIL) count.fail++;
    else if (type === EVENT_INFO) count.info++;
    else count.invoke++;
    if (type !== EVENT_INVOKE) {
      if (type === EVENT_OK && readIds.has(columns.f[row]!) && columns.time[columns.mate[row]!]! >= lastHeal) {
        readsAfterHeal++;
      }
      continue;
    }
    const mate = columns.mate[row]!;
    const from = columns.time[row]!;
    const to = mate < 0 ? end : columns.time[mate]!;
    for (let i = 0; i < spans.length; i++) if (from < spans[i]!.to && to > spans[i]!.from) hits[i]!++;
  }
  spans.forEach((span, i) => {
    const fault = byFault.get(span.nemesis);
    if (fault === undefined) return;
    fault.operations += hits[i]!;
    if (hits[i]! > 0) fault.overlapped++;
    fault.inForce += Math.min(span.to, end) - span.from;
  });
  functions.forEach((name, id) => {
    if (counts[id]!.invoke > 0) operations[name] = counts[id]!;
  });
  const faults = [...byFault.values()];
  const reasons = [
    ...fewSuccesses(history, operations, rules),
    ...missing(operations, faults, readsAfterHeal, reads, rules),
  ];
  return { operations, faults, readsAfterHeal, missing: reasons };
}

/** Functions that hardly ever succeeded, with what was said most often instead. */
function fewSuccesses(
  history: History,
  operations: Readonly<Record<string, FunctionCounts>>,
  rules: EvidenceRules,
): string[] {
  if (Object.keys(operations).length === 0) return ['no operation was issued'];
  return Object.entries(operations).flatMap(([name, { ok, invoke }]) => {
    if (ok >= rules.okPerFunction) return [];
    const share = ok === 0 ? `no ${name} of ${invoke} succeeded` : `only ${ok} of ${invoke} ${name} succeeded`;
    const error = commonError(history, name);
    const why = error === undefined ? '' : `; commonest error: ${error}`;
    return [`${share} (evidence asks for ${rules.okPerFunction}${why})`];
  });
}

/** Distinct errors that are counted; texts may hold numbers, and then all differ. */
const MOST_ERRORS = 1000;
const LONGEST_ERROR = 200;

/** The most frequent error of a function; undefined where none has a text. */
function commonError(history: History, name: string): string | undefined {
  const { columns } = history;
  const id = history.functionId(name);
  const counts = new Map<string, number>();
  for (let row = 0; row < columns.length; row++) {
    if (columns.process[row]! < 0 || columns.f[row] !== id || columns.type[row] === EVENT_INVOKE) continue;
    const error = columns.type[row] === EVENT_OK ? undefined : history.error(row);
    if (error === undefined || (counts.size >= MOST_ERRORS && !counts.has(error))) continue;
    counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  let common: string | undefined;
  for (const [error, count] of counts) if (common === undefined || count > counts.get(common)!) common = error;
  return common?.slice(0, LONGEST_ERROR);
}

function missing(
  operations: Record<string, FunctionCounts>,
  faults: readonly FaultCoverage[],
  readsAfterHeal: number,
  reads: readonly string[],
  rules: EvidenceRules,
): string[] {
  const reasons: string[] = [];
  const issued = reads.filter((name) => Object.hasOwn(operations, name));
  // Where no read succeeded at all, that has been said.
  const any = issued.some((name) => operations[name]!.ok > 0) || rules.okPerFunction === 0;
  if (issued.length > 0 && any && readsAfterHeal < rules.readsAfterHeal) {
    reasons.push(
      `${readsAfterHeal === 0 ? 'no' : readsAfterHeal} reads succeeded after the last heal (evidence asks for ${rules.readsAfterHeal})`,
    );
  }
  for (const fault of faults) {
    if (rules.overlap === 0) break;
    if (fault.injected === 0) reasons.push(`${fault.nemesis} was never injected (${fault.skipped} skipped)`);
    else if (fault.operations < rules.overlap) {
      reasons.push(
        `${fault.operations} operations overlapped ${fault.nemesis} (evidence asks for ${rules.overlap} or more)`,
      );
    }
  }
  return reasons;
}
