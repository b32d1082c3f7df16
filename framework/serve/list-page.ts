// The first page: every run as a row, the newest first, to be filtered, opened and compared.
import { type Column, type Content, type Html, html, table } from '../report/html.js';
import { clipShort, grouped, plural } from '../report/text.js';
import type { IndexedRun } from '../store/run-index.js';
import { applies, choicesOf, queryOf, SIZES, type View } from './filter.js';
import { pathTo } from './request.js';
import type { Page } from './respond.js';
import { shownOf } from './standing.js';
import { milliseconds, startText } from './words.js';

const NAME = 60;

export function listPage(runs: readonly IndexedRun[], view: View): Page {
  const found = runs.filter((run) => applies(view, run));
  const pages = Math.max(1, Math.ceil(found.length / view.per));
  const page = Math.min(view.page, pages);
  const shown = found.slice((page - 1) * view.per, page * view.per);
  const here = { ...view, page };
  const content = html`<h1>Runs</h1>
${filters(runs, view)}${
  found.length === 0
    ? nothing(runs)
    : html`<form id="compare" action="/compare" method="get">
${bar(runs, found, here, pages)}${runTable('Runs, the newest first', shown, true)}</form>
${pages > 1 ? html`<div class="bar">${turning(here, pages)}</div>` : ''}`
}`;
  return { title: 'Runs: chaos results', content };
}

function nothing(runs: readonly IndexedRun[]): Html {
  return runs.length === 0
    ? html`<p>There are no runs here yet. <code>npx chaos run plans/quickstart.yaml</code> makes one.</p>`
    : html`<p>No run is like that. <a href="/">All ${plural(runs.length, 'run')}</a></p>`;
}

function filters(runs: readonly IndexedRun[], view: View): Html {
  const { plan, system, verdict, anomaly } = choicesOf(runs);
  const plain = (names: readonly string[]) => names.map((name): [string, string] => [name, name]);
  return html`<form class="filters" role="search" aria-label="Filter runs" action="/" method="get">
<label>Text <input type="search" name="q" value="${view.q}" placeholder="words in any column"></label>
${choice('Plan', 'plan', plain(plan), view.plan)}${choice('System', 'system', plain(system), view.system)}${choice('Verdict', 'verdict', verdict, view.verdict)}${choice('Anomaly', 'anomaly', plain(anomaly), view.anomaly)}${view.per === SIZES[0] ? '' : html`<input type="hidden" name="per" value="${view.per}">`}<button type="submit">Filter</button>
</form>
`;
}

function choice(title: string, name: string, choices: readonly [value: string, text: string][], chosen: string): Html {
  const known = chosen === '' || choices.some(([value]) => value === chosen);
  const all: [string, string][] = known ? [...choices] : [...choices, [chosen, chosen]];
  const options = all.map(
    ([value, text]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${clipShort(text, NAME)}</option>`,
  );
  return html`<label>${title} <select name="${name}"><option value="">all</option>${options}</select></label>
`;
}

function bar(runs: readonly IndexedRun[], found: readonly IndexedRun[], view: View, pages: number): Html {
  const count =
    found.length === runs.length
      ? plural(runs.length, 'run')
      : html`${grouped(found.length)} of ${plural(runs.length, 'run')} (<a href="/">all</a>)`;
  const sizes = SIZES.map((per) =>
    per === view.per
      ? html` <span class="here">${per}</span>`
      : html` <a href="${queryOf({ ...view, per, page: 1 })}">${per}</a>`,
  );
  return html`<div class="bar"><span>${count}</span><button type="submit">Compare the two chosen runs</button>${found.length > SIZES[0] ? html`<span>rows:${sizes}</span>` : ''}${turning(view, pages)}</div>
`;
}

function turning(view: View, pages: number): Html {
  if (pages <= 1) return html``;
  const to = (page: number, text: string, rel: string) =>
    page < 1 || page > pages ? '' : html`<a rel="${rel}" href="${queryOf({ ...view, page })}">${text}</a> `;
  return html`<nav class="pages" aria-label="Pages">${to(view.page - 1, 'Newer', 'prev')}<span>page ${view.page} of ${pages}</span> ${to(view.page + 1, 'Older', 'next')}</nav>`;
}

/** A table of runs; `choose`: with boxes for the two to compare. */
export function runTable(caption: string, runs: readonly IndexedRun[], choose: boolean): Html {
  const chosen: Column<IndexedRun>[] = choose ? [{ title: 'Compare', cell: box }] : [];
  const columns: Column<IndexedRun>[] = [
    ...chosen,
    { title: 'Plan', header: true, cell: planCell },
    { title: 'System', cell: systemCell },
    { title: 'Deployment', cell: ({ summary }) => clipShort(summary?.deployment ?? '', NAME) },
    { title: 'Verdict', cell: verdictCell },
    { title: 'Anomalies', cell: anomalies },
    { title: 'Seed', numeric: true, cell: ({ seed }) => seed },
    { title: 'Start (UTC)', cell: startCell },
    { title: 'Duration', numeric: true, cell: durationCell },
  ];
  return html`<div class="runs">${table(caption, columns, runs)}</div>`;
}

function box(run: IndexedRun): Content {
  if (run.summary === null) return '';
  const value = `${encodeURIComponent(run.plan)}/${encodeURIComponent(run.name)}`;
  return html`<input type="checkbox" name="run" value="${value}" aria-label="Compare ${clipShort(run.plan, NAME)}, ${run.name}">`;
}

function planCell({ plan }: IndexedRun): Content {
  return html`<a href="${pathTo('plan', plan)}">${clipShort(plan, NAME)}</a>`;
}

function systemCell({ summary }: IndexedRun): Content {
  if (summary === null) return '';
  const bug = summary.bug === null ? '' : html` <span class="faint">with ${clipShort(summary.bug, 40)}</span>`;
  return html`${clipShort(summary.system, NAME)}${bug}`;
}

function verdictCell(run: IndexedRun): Content {
  const { tone, symbol, word, sentence } = shownOf(run);
  const why = run.problem === null ? '' : html`<br><span class="faint long">${clipShort(sentence, 160)}</span>`;
  const expected = run.summary?.valid === true && run.summary.expectationMet ? '' : expectation(run);
  return html`<a class="tone ${tone}" href="${pathTo('run', run.plan, run.name)}/"><span aria-hidden="true">${symbol}</span> ${word}</a>${why}${expected}`;
}

/** Where the word does not say it: whether the plan is content. */
function expectation({ summary }: IndexedRun): Content {
  if (summary === null || summary.expect === 'valid' || summary.expectationMet) return '';
  return html` <span class="faint">expected ${clipShort(summary.expect.anomalies.join(', '), NAME)}</span>`;
}

function anomalies({ summary }: IndexedRun): Content {
  if (summary === null) return '';
  const shown = summary.anomalies
    .slice(0, 4)
    .map(({ name, count }) => `${clipShort(name, 40)}${count > 1 ? ` ×${grouped(count)}` : ''}`);
  const more = summary.anomalies.length - shown.length;
  return html`<span class="long">${shown.join(', ')}${more > 0 ? `, ${more} more` : ''}</span>`;
}

function startCell({ started }: IndexedRun): Content {
  return html`<time datetime="${started}">${startText(started)}</time>`;
}

function durationCell({ summary }: IndexedRun): Content {
  return summary?.duration == null ? '' : milliseconds(summary.duration);
}
