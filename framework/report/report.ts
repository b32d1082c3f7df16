// `report.html`: one self-contained page, the most important things first.
import type { FoundAnomaly, RunResult } from '../contracts/result.js';
import { packedBlocks } from './blocks/blocks.js';
import { charts } from './charts.js';
import { circumstances, everyFault } from './circumstances.js';
import { evidence, searchEvidence } from './evidence.js';
import { checksTable, coverageTables, missing, operationsByOutcome } from './figures.js';
import { details, type Html, html, section, table, trusted } from './html.js';
import { nodeEvents, troubles } from './nodes.js';
import { keyText } from './operations.js';
import { hashOf, pageCode } from './page-code.js';
import { type Case, type ReportInput, type Story, tell } from './story.js';
import { PATTERNS } from './style.js';
import { systemName } from './subject.js';
import { clip, grouped, listed, plural } from './text.js';
import { duration } from './time-text.js';
import { standingOf, verdictHeader } from './verdict.js';

const PLAN_LENGTH = 200_000;
const MOST_LISTED = 100;
/** Characters of a message that fit in five lines of the first screen. */
const LONG_MESSAGE = 420;

/**
 * The page as text: opens from disk without a network under a strict content security policy. Its size is bounded whatever
 * the history's; the same input gives the same text. Events are in order of time.
 */
export function renderReport(input: ReportInput, story: Story = tell(input)): string {
  const { result } = input;
  const head = story.cases[0];
  const search = head === undefined ? html`` : searchSection(story, head);
  const { style, scripts, ending } = pageCode();
  // What checks saw proves what they found; where they found nothing, it stands with the other figures.
  const areEvidence = result.valid === false;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy(style, scripts))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${standingOf(result).word}: ${clip(result.plan.name, 120)}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#timeline">Skip to the timeline</a>
${trusted(PATTERNS)}${verdictHeader(result)}${missingParts(input)}${navigation(story, search)}<main>
<div class="first">
<div>
${head === undefined ? withoutAnomaly(story) : anomalySection(story, head)}</div>
<div class="side">
${section('faults', head?.span === undefined ? 'Faults' : 'Which fault was in force', head === undefined ? everyFault(story) : circumstances(story, head))}${section('repeat', 'Run it again', repeat(result))}${section('run', 'The run', runFacts(story))}</div>
</div>
${search}${story.cases.length + story.others.length > 1 ? section('others', 'Other anomalies', otherAnomalies(story)) : ''}${areEvidence ? place('exhibits') : ''}${section('timeline', 'Timeline', timelinePlace(story))}${section('performance', 'Latency, rate and availability', html`${place('performance')}${charts(story)}`)}${areEvidence ? '' : place('exhibits')}${section('operations', 'Operations by outcome', operationsByOutcome(story))}${section('coverage', 'Coverage', coverageTables(story))}${section('checks', 'Checks', checksTable(result, true))}${section('nodes', 'Nodes', html`${nodeEvents(story)}${place('logs')}`)}${section('plan', 'Plan', html`<pre tabindex="0" aria-label="The plan as it was run">${clip(input.planYaml, PLAN_LENGTH)}</pre>`)}</main>
<footer>Written by chaos ${clip(result.version, 40)}. The full history is in history.jsonl, the verdicts in result.json, both beside this page.</footer>
<div id="tip" hidden></div>
${packedBlocks(story).map(
  ({ name, text }) => html`<script type="application/octet-stream" data-block="${name}">${trusted(text)}</script>
`,
)}${trusted(ending)}</body>
</html>
`.markup;
}

/** What the page cannot show, before anybody wonders. */
function missingParts({ notices = [] }: ReportInput): Html {
  if (notices.length === 0) return html``;
  const items = notices.slice(0, MOST_LISTED).map((notice) => html`<li>${clip(notice, 400)}</li>`);
  return html`<aside class="notices" aria-label="What is missing"><p>Not all of this run is here:</p><ul>${items}</ul></aside>
`;
}

function policy(style: string, scripts: readonly string[]): string {
  return `default-src 'none'; style-src ${hashOf(style)}; script-src ${scripts.map(hashOf).join(' ')}; base-uri 'none'; form-action 'none'`;
}

/** Where the viewer shows a part of the page; empty without it. */
function place(part: string): Html {
  return html`<div data-mount="${part}"></div>`;
}

function timelinePlace({ statistics }: Story): Html {
  if (statistics.operations === 0) return html`<p class="note">The history holds no operation.</p>`;
  return html`${place('timeline')}<noscript><p class="note">The timeline needs this page's script, which is switched off. Everything above does not.</p></noscript>`;
}

const PLACES = [
  ['timeline', 'Timeline'],
  ['performance', 'Latency and rate'],
  ['operations', 'Operations'],
  ['coverage', 'Coverage'],
  ['checks', 'Checks'],
  ['nodes', 'Nodes'],
  ['plan', 'Plan'],
] as const;

function navigation({ cases, others }: Story, search: Html): Html {
  const orders = search.markup === '' ? '' : html`<a href="#search">Why no order fits</a>`;
  const more =
    cases.length + others.length > 1
      ? html`<a href="#others">Other anomalies (${cases.length + others.length - 1})</a>`
      : '';
  return html`<nav aria-label="Sections">${orders}${more}${PLACES.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav>
`;
}

function anomalySection(story: Story, found: Case): Html {
  return html`<section id="anomaly" aria-labelledby="anomaly-title"><h2 id="anomaly-title">${anomalyName(found.anomaly)}</h2>
${message(found.anomaly)}${meaning(story, found.anomaly)}
${errorOf(story.input.result)}${evidence(story, found, 'evidence')}${place('evidence')}</section>
`;
}

/** Long ones show their beginning until somebody wants more: what comes after has to stay in sight. */
function message({ message }: FoundAnomaly): Html {
  const text = clip(message, 1000);
  if (text.length <= LONG_MESSAGE) return html`<p class="message">${text}</p>`;
  return html`<p class="message long">${text}</p><label class="toggle"><input type="checkbox" class="more"> more</label>`;
}

/** What the name means, where the checker explains it. */
function meaning({ input: { explains = {} } }: Story, { name }: FoundAnomaly): Html {
  const explanation = Object.hasOwn(explains, name) ? explains[name] : undefined;
  if (explanation === undefined) return html``;
  return html`<p class="meaning note">${clip(explanation.meaning, 400)} <span>More: <code>chaos explain ${clip(name, 60)}</code></span></p>`;
}

/** How far the search for an order came, where the checker had to search. */
function searchSection(story: Story, found: Case): Html {
  const content = searchEvidence(story, found);
  return content.markup === '' ? content : section('search', 'Why no order fits', content);
}

function anomalyName({ name, key, checker }: FoundAnomaly): Html {
  return html`<span class="name">${clip(name, 80)}</span>${key === undefined ? '' : html` on key <bdi>${keyText(key)}</bdi>`} <span class="faint">found by ${clip(checker, 60)}</span>`;
}

const WITHOUT_ANOMALY = {
  true: 'What the verdict rests on',
  false: 'What went wrong',
  unknown: 'Why there is no verdict',
} as const;

function withoutAnomaly(story: Story): Html {
  const { result } = story.input;
  const title = WITHOUT_ANOMALY[String(result.valid) as keyof typeof WITHOUT_ANOMALY];
  const content = html`${errorOf(result)}${result.status === 'failed' ? troubles(story.input.events) : ''}${missing(result)}${basis(story)}${checksTable(result, false)}`;
  return section('anomaly', title, content);
}

/** What was seen, in one sentence. */
function basis({ input: { result }, statistics, faults }: Story): Html {
  if (statistics.operations === 0) return html`<p>No operation was recorded.</p>`;
  const ok = Object.values(result.coverage.operations).reduce((sum, counts) => sum + counts.ok, 0);
  const parts = [
    `${plural(statistics.operations, 'operation')}, ${grouped(ok)} of them ok`,
    `${plural(faults.inForce.length, 'fault')} injected`,
    `${plural(result.coverage.readsAfterHeal, 'read')} succeeded after the last fault had healed`,
  ];
  return html`<p>${parts.join('; ')}.</p>`;
}

function errorOf({ error }: RunResult): Html {
  if (error === undefined) return html``;
  return html`<p class="message"><strong>${clip(error.code, 80)}</strong>: ${clip(error.message, 2000)}</p>${error.hint === undefined ? '' : html`<p>${clip(error.hint, 500)}</p>`}`;
}

function repeat(result: RunResult): Html {
  return html`<div class="command"><pre id="repeat-command" tabindex="0" aria-label="Command that repeats the run">${clip(result.repeat, 4000)}</pre><button type="button" data-copy="repeat-command" hidden>Copy</button></div>`;
}

function runFacts({ input: { result }, statistics }: Story): Html {
  const { system, workload, times, rate } = result;
  const facts: [string, string][] = [
    ['System', `${clip(systemName(result), 120)}${bugOf(system)}`],
    ['Workload', clip(workload.name, 60)],
    [
      'Deployment',
      `${clip(result.deployment, 40)}, ${plural(result.nodes.length, 'node')}, ${plural(result.clients, 'client')}`,
    ],
    ...hostsOf(result),
    [
      'Operations',
      `${grouped(statistics.operations)} in ${duration(times.duration * 1_000_000)}, ${grouped(Math.round(rate.achieved))}/s`,
    ],
    ['Seed', String(result.seed)],
    ['Started', clip(times.started, 40)],
    ['Status', `${result.status}, exit code ${result.exitCode}`],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Where nodes live, and when the load began there. */
function hostsOf({ hosts = {}, times: { setup } }: RunResult): [string, string][] {
  const places = Object.entries(hosts).map(([node, { title, address }]) => `${node}: ${title} (${address})`);
  if (places.length === 0) return [];
  const start: [string, string][] =
    setup === undefined
      ? []
      : [['Set-up', `${duration(setup * 1_000_000)}: the load began then, time 0 is the start of the run`]];
  return [['Hosts', clip(listed(places, 9), 1000)], ...start];
}

function bugOf({ options }: RunResult['system']): string {
  const bug = Object.hasOwn(options, 'bug') ? options['bug'] : 'none';
  return typeof bug === 'string' && bug !== 'none' ? ` with the planted bug ${clip(bug, 60)}` : '';
}

const FEW = 5;

function otherAnomalies(story: Story): Html {
  const shown = story.cases
    .slice(1)
    .map((found, i) =>
      details(
        html`${anomalyName(found.anomaly)}: ${clip(found.anomaly.message, 240)}`,
        html`<p>${clip(found.anomaly.message, 1000)}</p>${meaning(story, found.anomaly)}${evidence(story, found, `evidence-${i + 2}`)}${searchEvidence(story, found)}${circumstances(story, found)}`,
      ),
    );
  const { others } = story;
  if (others.length === 0) return html`${shown}`;
  const list = anomalyTable(others);
  return html`${shown}${others.length <= FEW ? list : details(`${grouped(others.length)} more: ${clip(listed(countsByName(others)), 300)}`, list)}`;
}

function countsByName(anomalies: readonly FoundAnomaly[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of anomalies) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${grouped(count)} ${clip(name, 60)}`);
}

function anomalyTable(anomalies: readonly FoundAnomaly[]): Html {
  const more = anomalies.length - MOST_LISTED;
  return table(
    'Anomalies without a picture',
    [
      { title: 'anomaly', header: true, cell: ({ name }: FoundAnomaly) => clip(name, 60) },
      { title: 'key', cell: ({ key }: FoundAnomaly) => html`<bdi>${keyText(key)}</bdi>` },
      { title: 'found by', cell: ({ checker }: FoundAnomaly) => clip(checker, 60) },
      { title: 'what happened', cell: ({ message }: FoundAnomaly) => clip(message, 300) },
    ],
    anomalies.slice(0, MOST_LISTED),
    more > 0 ? `${plural(more, 'more anomaly', 'more anomalies')} in result.json.` : '',
  );
}
