// One run: what came of it, its figures, its files, and the command that repeats it.
import type { Latency } from '../contracts/result.js';
import { type Column, type Content, details, type Html, html, section, table } from '../report/html.js';
import { clip, clipShort, compact, grouped, plural } from '../report/text.js';
import { at, listAt, textAt } from '../store/loose.js';
import type { IndexedRun } from '../store/run-index.js';
import type { RunSummary } from '../store/run-summary.js';
import { comparison } from './plan-page.js';
import { isAddressable, pathTo } from './request.js';
import type { Page } from './respond.js';
import type { RunFile, RunFiles } from './run-files.js';
import { REPORT } from './send-file.js';
import { headlineOf, shownOf } from './standing.js';
import { milliseconds, percent, sizeText, startText } from './words.js';

export interface RunPageInput {
  readonly run: IndexedRun;
  /** `result.json` as it was read; undefined: there is none. */
  readonly result: unknown;
  readonly files: RunFiles;
  /** `plan.yaml`; null: there is none to read. */
  readonly plan: string | null;
  /** The run of the same plan before this one that has a result. */
  readonly previous: IndexedRun | null;
  /** There is a report, but our own viewer is not what it runs. */
  readonly foreignReport: boolean;
  /** Of the run, as a person would type it. */
  readonly folder: string;
}

const MOST_ANOMALIES = 6;
const PLAN_LENGTH = 200_000;

export function runPage(input: RunPageInput): Page {
  const { run, files } = input;
  const again = section('repeat', run.summary === null ? 'What can be done' : 'Run it again', command(input));
  const left =
    run.summary === null
      ? again
      : html`${anomalies(input.result)}${section('figures', 'Figures', figures(run.summary))}`;
  const content = html`${heading(run)}${actions(input)}${troubles(input)}<div class="columns"><div>
${left}</div><div>
${run.summary === null ? '' : again}${section('facts', 'The run', facts(run))}</div></div>
${section('files', 'Files', fileTable(run, files))}${planPart(input.plan)}`;
  return { title: `${shownOf(run).word}: ${clip(run.plan, 120)}`, content };
}

export function heading(run: IndexedRun): Html {
  const shown = shownOf(run);
  const { summary, plan, started, seed } = run;
  const cell = summary?.plan.cell == null ? '' : html` <span class="chip">${clip(summary.plan.cell, 120)}</span>`;
  return html`<header class="verdict ${shown.tone}"><p class="stamp"><span class="symbol" aria-hidden="true">${shown.symbol}</span></p>
<div><h1>${clip(headlineOf(shown), 400)}</h1>
<p class="plan"><a href="${pathTo('plan', plan)}">${clip(summary?.plan.name || plan, 200)}</a>${cell} · ${startText(started)} UTC · seed ${seed}</p></div></header>
`;
}

function actions({ run, files, previous }: RunPageInput): Html {
  const report = files.files.some(({ names }) => names.length === 1 && names[0] === REPORT);
  const compare =
    run.summary === null || previous === null
      ? ''
      : html`<a class="button" href="${comparison(previous, run)}">Compare with the run before</a>`;
  return html`<div class="actions">${report ? html`<a class="button main" href="${REPORT}">Open the report</a>` : ''}<a class="button" href="${pathTo('zip', run.plan, `${run.name}.zip`)}" download>Download all as zip</a>${compare}<a class="button" href="${pathTo('plan', run.plan)}">All runs of the plan</a></div>
`;
}

/** What is missing, and what the run said itself. */
function troubles({ run, result, files, foreignReport, folder }: RunPageInput): Html {
  const error = at(result, 'error');
  const has = (name: string) => files.files.some(({ names }) => names.length === 1 && names[0] === name);
  const missing = [REPORT, 'history.jsonl', 'plan.yaml'].filter((name) => !has(name));
  const soon = run.state === 'ended' && missing.includes(REPORT) ? ' The report may still be being written.' : '';
  return html`${error === undefined ? '' : errorText(error)}${missing.length === 0 ? '' : html`<p class="notice">Missing in this folder: ${missing.join(', ')}.${soon}</p>`}${foreignReport ? html`<p class="notice">Another version of chaos wrote the report: here it opens without what needs a script. <code>npx chaos report ${folder}</code> writes it anew.</p>` : ''}`;
}

function errorText(error: unknown): Html {
  const text = (name: string, longest: number) => clip(textAt(error, name) ?? '', longest);
  return html`<p class="message"><strong>${text('code', 80) || 'error'}</strong>: ${text('message', 2000)}</p><p>${text('hint', 500)}</p>`;
}

function anomalies(result: unknown): Html {
  const found = listAt(result, 'anomalies');
  if (found.length === 0) return html``;
  const columns: Column<unknown>[] = [
    {
      title: 'anomaly',
      header: true,
      cell: (anomaly) => html`<span class="name">${clip(textAt(anomaly, 'name') ?? '', 80)}</span>`,
    },
    { title: 'key', cell: (anomaly) => keyOf(at(anomaly, 'key')) },
    { title: 'what happened', cell: (anomaly) => clip(textAt(anomaly, 'message') ?? '', 500) },
  ];
  const more = found.length - MOST_ANOMALIES;
  return section(
    'anomalies',
    'Anomalies',
    table(
      'What was found',
      columns,
      found.slice(0, MOST_ANOMALIES),
      more > 0 ? `${plural(more, 'more anomaly', 'more anomalies')} in the report and in result.json.` : '',
    ),
  );
}

function keyOf(key: unknown): Content {
  return key === undefined ? '' : html`<bdi>${compact(key, 60)}</bdi>`;
}

function figures({ figures: recorded, rate, operations }: RunSummary): Html {
  const rows: [string, Latency | null][] = [
    ['all', recorded?.latency.all ?? null],
    ...Object.entries(recorded?.latency.byFunction ?? {}),
  ];
  const quantile =
    (of: keyof Latency) =>
    ([, latency]: [string, Latency | null]) =>
      latency === null ? 'not recorded' : of === 'count' ? grouped(latency.count) : milliseconds(latency[of]);
  const columns: Column<[string, Latency | null]>[] = [
    { title: 'function', header: true, cell: ([name]) => clipShort(name, 60) },
    ...(['count', 'p50', 'p95', 'p99', 'max'] as const).map((of) => ({
      title: of === 'count' ? 'ok' : of,
      numeric: true,
      cell: quantile(of),
    })),
  ];
  const asked = rate.asked === null ? '' : ` of ${grouped(rate.asked)} asked`;
  const achieved =
    rate.achieved === null ? 'not recorded' : `${grouped(Math.round(rate.achieved))}${asked} operations/s`;
  const availability = recorded?.availability == null ? 'not recorded' : percent(recorded.availability);
  const { ok, fail, info } = operations;
  return html`<dl class="facts"><dt>Outcomes</dt><dd>${grouped(ok)} ok, ${grouped(fail)} fail, ${grouped(info)} info</dd><dt>Rate</dt><dd>${achieved}</dd><dt>Availability</dt><dd>${availability}</dd></dl>
${table('Latency of operations that were ok', columns, rows)}`;
}

function facts(run: IndexedRun): Html {
  const { summary } = run;
  const rows: [string, Content][] = [
    ['Plan', clip(run.plan, 120)],
    ...(summary === null ? [] : ofSummary(summary)),
    ['Seed', run.seed],
    ['Started', html`${summary?.started ?? run.started}`],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function ofSummary({
  system,
  bug,
  workload,
  deployment,
  duration,
  wall,
  status,
  expect,
  expectationMet,
  version,
}: RunSummary): [string, Content][] {
  const time = (value: number | null) => (value === null ? 'not recorded' : milliseconds(value));
  return [
    ['System', `${system}${bug === null ? '' : ` with the planted bug ${bug}`}`],
    ['Workload', workload],
    ['Deployment', deployment],
    ['Status', status],
    [
      'Expected',
      `${expect === 'valid' ? 'valid' : expect.anomalies.join(', ')}: ${expectationMet ? 'met' : 'not met'}`,
    ],
    ['Duration', `${time(duration)} of the run’s clock, ${time(wall)} of waiting`],
    ['Version', `chaos ${version}`],
  ];
}

function command({ run, result, folder }: RunPageInput): Html {
  const repeat = textAt(result, 'repeat');
  const text = repeat ?? `npx chaos check ${folder}`;
  const why =
    repeat !== null ? '' : run.state === 'running' ? '' : html`<p>What was recorded can be judged all the same:</p>`;
  return html`${why}<div class="command"><pre id="repeat-command" tabindex="0" aria-label="Command to copy">${clip(text, 4000)}</pre><button type="button" data-copy="repeat-command" hidden>Copy</button></div>`;
}

export function fileTable(run: IndexedRun, { files, cut }: RunFiles): Html {
  const href = ({ names }: RunFile) => pathTo('run', run.plan, run.name, ...names);
  const linked = (file: RunFile, text: string) =>
    file.names.every(isAddressable) ? html`<a href="${href(file)}">${text}</a>` : text;
  const saving = (file: RunFile) =>
    html`<a href="${href(file)}?download" download aria-label="Save ${clip(file.names.join('/'), 200)}">save</a>`;
  const columns: Column<RunFile>[] = [
    { title: 'File', header: true, cell: (file) => linked(file, clip(file.names.join('/'), 200)) },
    { title: 'Size', numeric: true, cell: ({ size }) => sizeText(size) },
    { title: 'Save', cell: (file) => (file.names.every(isAddressable) ? saving(file) : 'in the zip') },
  ];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return table(
    'Files of the run',
    columns,
    files,
    `${cut ? 'The first ' : ''}${plural(files.length, 'file')}, ${sizeText(bytes)}${cut ? '; the zip has all of them' : ''}.`,
  );
}

function planPart(plan: string | null): Html {
  if (plan === null) return html``;
  return section(
    'plan',
    'Plan',
    details(
      'plan.yaml as it was run',
      html`<pre tabindex="0" aria-label="The plan as it was run">${clip(plan, PLAN_LENGTH)}</pre>`,
    ),
  );
}
