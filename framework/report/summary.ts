// The closing summary on a terminal: verdict first, why, where the report is, the command that repeats the run.
import type { RunResult } from '../contracts/result.js';
import { systemName } from './subject.js';
import { clipShort, grouped, listed, plural, visible } from './text.js';
import { duration } from './time-text.js';
import { standingOf, verdictLine } from './verdict.js';

const MOST_LINES = 20;
const LINE = 400;
const MOST_ANOMALIES = 4;
const MOST_REASONS = 4;
const MOST_ERROR_LINES = 12;

export interface SummaryOptions {
  /** The results folder as a person would type it; null when nothing was written. */
  folder?: string | null;
}

/** At most 20 lines of plain text without control characters; colours are the caller's business. */
export function renderSummary(result: RunResult, { folder = null }: SummaryOptions = {}): string[] {
  const { symbol, word, remark } = standingOf(result);
  const first = `${symbol} ${firstLine(verdictLine(result, word))}`;
  const lines = [
    first,
    ...(remark === undefined ? [] : [`  ${remark}`]),
    ...errorLines(result),
    ...anomalyLines(result),
    ...undecidedLines(result, clipShort(oneLine(first), LINE)),
    '',
    ...systemLine(result),
    ...(neverBegan(result) ? [] : [`  operations  ${operationsText(result)}`, `  faults      ${faultsText(result)}`]),
    ...(folder === null ? [] : [`  report      ${folder.replace(/\/+$/, '')}/report.html`]),
  ].map((line) => clipShort(oneLine(line), LINE));
  return [...lines.slice(0, MOST_LINES - 1), `  repeat      ${oneLine(result.repeat)}`];
}

/** It failed before a client had asked for anything: there is nothing to count. */
function neverBegan({ status, coverage }: RunResult): boolean {
  return status === 'failed' && Object.keys(coverage.operations).length === 0;
}

/** Which program ran where; nothing where the plan has told all. */
function systemLine(result: RunResult): string[] {
  const { system, deployment, hosts = {} } = result;
  const places = Object.entries(hosts).map(([node, { address }]) => `${node} ${address}`);
  if (system.program === undefined && places.length === 0) return [];
  const where = places.length === 0 ? '' : `: ${listed(places, 9)}`;
  return [`  system      ${systemName(result)}, ${deployment}${where}`];
}

function oneLine(text: string): string {
  return visible(text)
    .replace(/[\n\t]+/g, ' ')
    .trimEnd();
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** What the first line does not say: the rest of the message, such as the last lines of a node's log, and what to do. */
function errorLines({ error }: RunResult): string[] {
  if (error === undefined) return [];
  const rest = error.message.split('\n').slice(1);
  return [...rest.slice(-MOST_ERROR_LINES), ...(error.hint === undefined ? [] : [error.hint])].map(
    (line) => `  ${line}`,
  );
}

function anomalyLines(result: RunResult): string[] {
  const { anomalies } = result;
  const seen = new Set<string>();
  const firsts = anomalies.filter(({ name }) => !seen.has(name) && seen.add(name));
  const lines = firsts.slice(0, MOST_ANOMALIES).map(({ name, message }) => `  ${name}: ${message}`);
  const more = anomalyCount(result) - lines.length;
  return more > 0 ? [...lines, `  and ${plural(more, 'more anomaly', 'more anomalies')}`] : lines;
}

/** All that were found: a checker keeps the evidence of the first few only, and may tell the number of all in its details. */
function anomalyCount({ anomalies, checks }: RunResult): number {
  return Object.entries(checks).reduce((total, [name, { details }]) => {
    const kept = anomalies.filter(({ checker }) => checker === name).length;
    return total + Math.max(kept, sumOf(details?.['anomalies']));
  }, 0);
}

function sumOf(counts: unknown): number {
  if (typeof counts !== 'object' || counts === null) return 0;
  return Object.values(counts).reduce<number>((sum, count) => (typeof count === 'number' ? sum + count : sum), 0);
}

/** The reasons that the first line leaves out. */
function undecidedLines({ valid, status, checks, coverage }: RunResult, first: string): string[] {
  if (valid !== 'unknown' || status !== 'completed') return [];
  const undecided = Object.entries(checks).filter(([, check]) => check.valid === 'unknown');
  const known = new Set(coverage.missing);
  const reasons = [
    ...coverage.missing,
    ...undecided
      .filter(([, { reason }]) => !known.has(reason ?? ''))
      .map(([name, { reason }]) => `${name}: ${reason ?? 'undecided'}`),
  ].filter((reason) => !first.includes(reason));
  const lines = reasons.slice(0, MOST_REASONS).map((reason) => `  - ${reason}`);
  return reasons.length > MOST_REASONS
    ? [...lines, `  and ${plural(reasons.length - MOST_REASONS, 'more reason')}`]
    : lines;
}

function operationsText({ coverage, rate, times }: RunResult): string {
  const total = { invoke: 0, ok: 0, fail: 0, info: 0 };
  for (const counts of Object.values(coverage.operations)) {
    total.invoke += counts.invoke;
    total.ok += counts.ok;
    total.fail += counts.fail;
    total.info += counts.info;
  }
  const asked = rate.asked === null ? '' : ` of ${grouped(rate.asked)}`;
  return `${grouped(total.invoke)} (${grouped(total.ok)} ok, ${grouped(total.fail)} fail, ${grouped(total.info)} info) in ${spanText(times)}, ${grouped(Math.round(rate.achieved))}${asked} ops/s`;
}

/** Hosts take a while until they are asked for anything: that is no part of what operations took. */
const LONG_SETUP = 1000;

function spanText({ duration: whole, setup = 0 }: RunResult['times']): string {
  if (setup < LONG_SETUP) return duration(whole * 1_000_000);
  return `${duration((whole - setup) * 1_000_000)} after ${duration(setup * 1_000_000)} of set-up`;
}

function faultsText({ coverage }: RunResult): string {
  if (coverage.faults.length === 0) return 'none';
  return listed(
    coverage.faults.map(
      ({ nemesis, injected, skipped }) => `${injected} ${nemesis}${skipped > 0 ? ` (${skipped} skipped)` : ''}`,
    ),
    8,
  );
}
