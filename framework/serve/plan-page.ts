// All runs of one plan: how verdicts, latency, rate and availability changed from run to run.

import type { Latency } from '../contracts/result.js';
import { type Column, type Html, html, table } from '../report/html.js';
import { clip, clipShort, grouped, plural } from '../report/text.js';
import type { IndexedRun } from '../store/run-index.js';
import { pathTo } from './request.js';
import type { Page } from './respond.js';
import { shownOf } from './standing.js';
import { type TrendRun, trendChart, verdictStrip } from './trend.js';
import { milliseconds, percent, startText } from './words.js';

const MOST_RUNS = 300;

/** `runs`: of this plan, the newest first, at least one. `wanted`: the function whose latency is shown; none: all. */
export function planPage(plan: string, runs: readonly IndexedRun[], wanted: string): Page {
  const shown = runs.slice(0, MOST_RUNS);
  const inOrder = [...shown].reverse();
  const name = runs.find(({ summary }) => summary !== null)?.summary?.plan.name ?? plan;
  const functions = [
    ...new Set(shown.flatMap(({ summary }) => Object.keys(summary?.figures?.latency.byFunction ?? {}))),
  ].sort();
  const chosen = functions.includes(wanted) ? wanted : '';
  const content = html`<h1>${clip(name, 200)}</h1>
<p class="faint">${clipShort(plan, 120)}: ${plural(runs.length, 'run')}${runs.length > shown.length ? `, the last ${grouped(shown.length)} of them here` : ''}. <a href="${`/?${new URLSearchParams({ plan })}`}">In the list</a></p>
${charts(inOrder, functions, chosen)}
<h2>Runs, the newest first</h2>
${runsTable(shown, chosen)}`;
  return { title: `${clip(plan, 120)}: chaos results`, content };
}

function charts(inOrder: readonly IndexedRun[], functions: readonly string[], chosen: string): Html {
  const runs: TrendRun[] = inOrder.map((run) => ({ title: startText(run.started), shown: shownOf(run) }));
  const values = (of: (run: IndexedRun) => number | null | undefined) => inOrder.map((run) => of(run) ?? null);
  return html`<div class="columns"><div>
${verdictStrip(runs)}${trendChart(runs, {
  id: 'latency',
  title: `Latency of ${chosen === '' ? 'operations' : chosen} that were ok`,
  lines: [
    { name: 'p50', style: 'a', values: values((run) => latencyOf(run, chosen)?.p50) },
    { name: 'p99', style: 'b', values: values((run) => latencyOf(run, chosen)?.p99) },
  ],
  format: milliseconds,
})}${functionChoice(functions, chosen)}</div><div>
${trendChart(runs, {
  id: 'rate',
  title: 'Operations a second during the load',
  lines: [
    { name: 'achieved', style: 'a', values: values((run) => run.summary?.rate.achieved) },
    { name: 'asked', style: 'b', values: values((run) => run.summary?.rate.asked) },
  ],
  format: (value) => grouped(Math.round(value * 10) / 10),
})}${trendChart(runs, {
  id: 'availability',
  title: 'Availability: answered of what was asked during the load',
  lines: [{ name: 'availability', style: 'a', values: values((run) => run.summary?.figures?.availability) }],
  format: percent,
  most: 1,
})}</div></div>
`;
}

function functionChoice(functions: readonly string[], chosen: string): Html {
  if (functions.length === 0) return html``;
  const links = ['', ...functions].map((name) => {
    const text = name === '' ? 'all' : clipShort(name, 40);
    if (name === chosen) return html`<span class="here">${text}</span> `;
    return html`<a href="?${new URLSearchParams(name === '' ? {} : { function: name }).toString()}">${text}</a> `;
  });
  return html`<p class="bar">Latency of: ${links}</p>`;
}

export function latencyOf({ summary }: IndexedRun, name: string): Latency | null {
  const latency = summary?.figures?.latency;
  if (latency === undefined) return null;
  if (name === '') return latency.all;
  return Object.hasOwn(latency.byFunction, name) ? latency.byFunction[name]! : null;
}

const NOT_RECORDED = html`<span class="faint">not recorded</span>`;

function runsTable(runs: readonly IndexedRun[], chosen: string): Html {
  const columns: Column<IndexedRun>[] = [
    {
      title: 'Start (UTC)',
      header: true,
      cell: ({ plan, name, started }) => html`<a href="${pathTo('run', plan, name)}/">${startText(started)}</a>`,
    },
    { title: 'Seed', numeric: true, cell: ({ seed }) => seed },
    { title: 'Verdict', cell: verdict },
    { title: 'p50', numeric: true, cell: (run) => figureOr(run, latencyOf(run, chosen)?.p50, milliseconds) },
    { title: 'p99', numeric: true, cell: (run) => figureOr(run, latencyOf(run, chosen)?.p99, milliseconds) },
    {
      title: 'Rate',
      numeric: true,
      cell: (run) => figureOr(run, run.summary?.rate.achieved, (rate) => `${grouped(Math.round(rate))}/s`),
    },
    { title: 'Availability', numeric: true, cell: (run) => figureOr(run, run.summary?.figures?.availability, percent) },
    { title: 'Duration', numeric: true, cell: (run) => figureOr(run, run.summary?.duration, milliseconds) },
    { title: 'Compare', cell: (run, position) => withPrevious(run, runs.slice(position + 1)) },
  ];
  return html`<div class="runs">${table('Runs of the plan, the newest first', columns, runs)}</div>`;
}

function verdict(run: IndexedRun): Html {
  const { tone, symbol, word, sentence } = shownOf(run);
  const more = run.summary === null ? sentence : run.summary.anomalies.map(({ name }) => name).join(', ');
  return html`<span class="tone ${tone}"><span aria-hidden="true">${symbol}</span> ${word}</span> <span class="faint">${clipShort(more, 120)}</span>`;
}

function figureOr({ summary }: IndexedRun, value: number | null | undefined, format: (value: number) => string): Html {
  if (summary === null) return html``;
  return value == null ? NOT_RECORDED : html`${format(value)}`;
}

function withPrevious(run: IndexedRun, older: readonly IndexedRun[]): Html {
  const previous = older.find(({ summary }) => summary !== null);
  if (run.summary === null || previous === undefined) return html``;
  return html`<a href="${comparison(previous, run)}" aria-label="Compare the run of ${startText(run.started)} with the one before">with the one before</a>`;
}

/** The address of a comparison. */
export function comparison(...runs: readonly { plan: string; name: string }[]): string {
  const query = new URLSearchParams();
  for (const { plan, name } of runs) query.append('run', `${encodeURIComponent(plan)}/${encodeURIComponent(name)}`);
  return `/compare?${query}`;
}
