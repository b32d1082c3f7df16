// Two runs side by side: what was changed, and what came of it.
import { type Column, type Html, html, table } from '../report/html.js';
import { clip, clipShort, grouped, plural } from '../report/text.js';
import type { IndexedRun } from '../store/run-index.js';
import { type Change, type Fact, factsOf, NOISE, type Side } from './compare.js';
import { diffLines, hunksOf } from './diff.js';
import { pathTo } from './request.js';
import type { Page } from './respond.js';
import { headlineOf, shownOf } from './standing.js';
import { startText } from './words.js';

export interface Compared extends Side {
  readonly run: IndexedRun;
  /** `plan.yaml`; null: there is none to read. */
  readonly plan: string | null;
}

const MOST_LINES = 5000;
const LONGEST_LINE = 400;

const LOOKS: Readonly<Record<Change, { tone: string; symbol: string }>> = {
  better: { tone: 'good', symbol: '▲' },
  worse: { tone: 'bad', symbol: '▼' },
  same: { tone: '', symbol: '=' },
  changed: { tone: '', symbol: '≠' },
  'not recorded': { tone: '', symbol: '–' },
};

export function comparePage(before: Compared, after: Compared): Page {
  const facts = factsOf(before, after);
  const settings = facts.filter(({ group }) => group === 'Setting');
  const outcome = facts.filter(({ group }) => group !== 'Setting');
  const content = html`<h1>What changed between two runs</h1>
<div class="columns">${side('Before', before)}${side('After', after)}</div>
<p>${tally(outcome)}</p>
<h2>Settings</h2>
${settings.length === 0 ? html`<p>The same settings, and the same seed.</p>` : factTable('Settings that differ', settings)}
<h2>What came of it</h2>
${factTable('Verdict, latency, load and coverage', outcome)}<p class="note">Latency, rate and availability within ${NOISE * 100} % of each other count as the same.</p>
<h2>Plan</h2>
${planDiff(before.plan, after.plan)}
`;
  return { title: 'Comparison: chaos results', content };
}

function side(title: string, { run }: Compared): Html {
  const shown = shownOf(run);
  return html`<section class="verdict ${shown.tone}" aria-label="${title}"><p class="stamp"><span class="symbol" aria-hidden="true">${shown.symbol}</span></p>
<div><p class="message"><strong>${title}:</strong> ${clip(headlineOf(shown), 300)}</p><p class="plan"><a href="${pathTo('run', run.plan, run.name)}/">${clipShort(run.plan, 80)}, ${startText(run.started)} UTC, seed ${run.seed}</a></p></div></section>`;
}

function tally(facts: readonly Fact[]): Html {
  const count = (change: Change) => facts.filter((fact) => fact.change === change).length;
  const { better, worse } = LOOKS;
  return html`<strong class="change ${worse.tone} tone">${worse.symbol} ${count('worse')} worse</strong>, <strong class="change ${better.tone} tone">${better.symbol} ${count('better')} better</strong>, ${count('same')} the same, ${count('changed')} changed otherwise${count('not recorded') > 0 ? html`, ${count('not recorded')} not recorded` : ''}.`;
}

function factTable(caption: string, facts: readonly Fact[]): Html {
  const columns: Column<Fact>[] = [
    { title: 'What', header: true, cell: ({ name }) => clip(name, 200) },
    { title: 'Before', numeric: facts[0]?.group !== 'Setting', cell: ({ before }) => before },
    { title: 'After', numeric: facts[0]?.group !== 'Setting', cell: ({ after }) => after },
    { title: 'Change', cell: changeCell },
  ];
  return table(caption, columns, facts);
}

function changeCell({ change, by }: Fact): Html {
  const { tone, symbol } = LOOKS[change];
  return html`<span class="change${tone === '' ? ' faint' : ` tone ${tone}`}"><span aria-hidden="true">${symbol}</span> ${change}${by === '' ? '' : ` ${by}`}</span>`;
}

function planDiff(before: string | null, after: string | null): Html {
  if (before === null || after === null)
    return html`<p>${before === null && after === null ? 'Neither run has' : 'One of the runs has no'} plan.yaml that can be read.</p>`;
  if (before === after) return html`<p>The same plan, line for line.</p>`;
  const [one, other] = [linesOf(before), linesOf(after)];
  const { hunks, skipped } = hunksOf(diffLines(one.lines, other.lines));
  const parts = hunks.map(
    ({ skipped: left, lines }) => html`${omitted(left)}${lines.map(({ kind, text }) => diffLine(kind, text))}`,
  );
  const cut =
    one.cut || other.cut ? html`<p class="notice">Only the first ${grouped(MOST_LINES)} lines are compared.</p>` : '';
  return html`${cut}<pre class="diff" tabindex="0" aria-label="Lines of plan.yaml that differ: minus before, plus after">${parts}${omitted(skipped)}</pre>`;
}

function linesOf(text: string): { lines: string[]; cut: boolean } {
  const lines = text.replace(/\n$/, '').split('\n');
  return { lines: lines.slice(0, MOST_LINES), cut: lines.length > MOST_LINES };
}

const SIGNS = { same: ' ', gone: '-', added: '+' } as const;

function diffLine(kind: keyof typeof SIGNS, text: string): Html {
  return html`<span class="${kind}">${SIGNS[kind]} ${clip(text, LONGEST_LINE)}</span>`;
}

function omitted(count: number): Html {
  return count === 0 ? html`` : html`<span class="skipped">… ${plural(count, 'line')} the same</span>`;
}

/** Where not exactly two runs were named that have a result. */
export function cannotCompare(why: string): Page {
  const content = html`<h1>Two runs make a comparison</h1>
<p>${why}</p><p>Tick the boxes of two runs in <a href="/">the list</a>, then press the button above it.</p>
`;
  return { title: 'Comparison: chaos results', content, status: 400 };
}
