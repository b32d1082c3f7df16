// The run in tables: operations by outcome, coverage, checks.
import type { FaultCoverage, FunctionCounts, RunResult } from '../contracts/result.js';
import { type Html, html, table } from './html.js';
import type { Quantiles } from './statistics.js';
import type { Story } from './story.js';
import { clip, compact, grouped, plural } from './text.js';
import { duration } from './time-text.js';

interface FunctionRow extends FunctionCounts {
  readonly name: string;
  readonly latency: Quantiles | undefined;
}

const MOST_FUNCTIONS = 50;

export function operationsByOutcome({ input: { result, history }, statistics }: Story): Html {
  const all = Object.entries(result.coverage.operations);
  if (all.length === 0) return html`<p>No operation was recorded.</p>`;
  const rows = all.slice(0, MOST_FUNCTIONS).map(([name, counts]): FunctionRow => {
    const id = history.functionId(name);
    return { name, ...counts, latency: id < 0 ? undefined : statistics.byFunction[id] };
  });
  const latency = (pick: (quantiles: Quantiles) => number) => (row: FunctionRow) =>
    row.latency === undefined ? '' : duration(pick(row.latency));
  return table(
    'Operations by function and outcome',
    [
      { title: 'function', header: true, cell: ({ name }: FunctionRow) => html`<bdi>${clip(name, 60)}</bdi>` },
      { title: 'invoked', numeric: true, cell: ({ invoke }: FunctionRow) => grouped(invoke) },
      { title: 'ok', numeric: true, cell: ({ ok }: FunctionRow) => grouped(ok) },
      { title: 'fail', numeric: true, cell: ({ fail }: FunctionRow) => grouped(fail) },
      { title: 'info', numeric: true, cell: ({ info }: FunctionRow) => grouped(info) },
      { title: 'ok share', numeric: true, cell: ({ ok, invoke }: FunctionRow) => share(ok, invoke) },
      { title: 'median', numeric: true, cell: latency(({ p50 }) => p50) },
      { title: '99th percentile', numeric: true, cell: latency(({ p99 }) => p99) },
      { title: 'slowest', numeric: true, cell: latency(({ max }) => max) },
    ],
    rows,
    html`<strong>ok</strong>: it happened. <strong>fail</strong>: it certainly did not. <strong>info</strong>: it may or may not have happened (no answer). Latencies are those of ok operations.${all.length > MOST_FUNCTIONS ? ` ${plural(all.length - MOST_FUNCTIONS, 'more function')} in result.json.` : ''}`,
  );
}

export function share(part: number, whole: number): string {
  if (whole === 0) return '';
  const percent = (100 * part) / whole;
  return `${percent === 100 || percent === 0 ? percent : Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

export function coverageTables({ input: { result }, faults }: Story): Html {
  const { coverage } = result;
  const skipped = faults.skipped.slice(0, 20);
  return html`${missing(result)}${
    coverage.faults.length === 0
      ? html`<p>The plan injects no faults.</p>`
      : table(
          'Faults: injected, and whether they bit',
          [
            { title: 'fault', header: true, cell: ({ nemesis }: FaultCoverage) => clip(nemesis, 60) },
            { title: 'injected', numeric: true, cell: ({ injected }: FaultCoverage) => grouped(injected) },
            {
              title: 'overlapped by operations',
              numeric: true,
              cell: ({ overlapped }: FaultCoverage) => grouped(overlapped),
            },
            {
              title: 'operations overlapping',
              numeric: true,
              cell: ({ operations }: FaultCoverage) => grouped(operations),
            },
            { title: 'time in force', numeric: true, cell: ({ inForce }: FaultCoverage) => duration(inForce) },
            { title: 'skipped', numeric: true, cell: ({ skipped: count }: FaultCoverage) => grouped(count) },
          ],
          coverage.faults.slice(0, 100),
        )
  }
<p>${plural(coverage.readsAfterHeal, 'read')} succeeded after the last fault had healed.</p>
${skipped.length === 0 ? '' : html`<details><summary>Skipped faults</summary><ul>${skipped.map(({ name, reason, time }) => html`<li>${clip(name, 60)} at ${duration(time)}: ${clip(reason, 200)}</li>`)}</ul></details>`}`;
}

/** Why a `valid` would rest on too little. */
export function missing({ coverage }: RunResult): Html {
  if (coverage.missing.length === 0) return html``;
  const items = coverage.missing.slice(0, 20).map((reason) => html`<li>${clip(reason, 300)}</li>`);
  const more =
    coverage.missing.length > 20 ? html`<li>and ${plural(coverage.missing.length - 20, 'more reason')}</li>` : '';
  return html`<p>Missing evidence:</p><ul class="missing">${items}${more}</ul>`;
}

const SYMBOL = { true: '✔', false: '✘', unknown: '?' } as const;
const WORD = { true: 'valid', false: 'invalid', unknown: 'unknown' } as const;
const TONE = { true: 'good', false: 'bad', unknown: 'doubt' } as const;

type CheckRow = RunResult['checks'][string] & { readonly name: string };

export function checksTable({ checks }: RunResult, withDetails: boolean): Html {
  const rows = Object.entries(checks).map(([name, check]): CheckRow => ({ name, ...check }));
  if (rows.length === 0) return html`<p>No check was run.</p>`;
  return table(
    'What each check says',
    [
      { title: 'check', header: true, cell: ({ name }: CheckRow) => clip(name, 60) },
      { title: 'verdict', cell: ({ valid }: CheckRow) => verdictWord(valid) },
      {
        title: 'why',
        cell: (row: CheckRow) => html`${clip(row.reason ?? '', 400)}${withDetails ? checkDetails(row) : ''}`,
      },
    ],
    [...rows].sort((a, b) => rank(a) - rank(b)).slice(0, 100),
  );
}

function rank({ valid }: CheckRow): number {
  return valid === false ? 0 : valid === 'unknown' ? 1 : 2;
}

function verdictWord(valid: CheckRow['valid']): Html {
  const name = String(valid) as keyof typeof WORD;
  return html`<span class="tone ${TONE[name]}">${SYMBOL[name]} ${WORD[name]}</span>`;
}

function checkDetails({ details, anomalies }: CheckRow): Html {
  const names = [...new Set(anomalies)].slice(0, 20).map((name) => html`<li>${clip(name, 60)}</li>`);
  const figures = Object.entries(details ?? {}).slice(0, 40);
  const list = figures.map(
    ([name, value]) => html`<dt>${clip(name, 60)}</dt><dd><code>${compact(value, 300)}</code></dd>`,
  );
  return html`${names.length === 0 ? '' : html`<ul class="inline">${names}</ul>`}${list.length === 0 ? '' : html`<details><summary>figures</summary><dl class="facts">${list}</dl></details>`}`;
}
