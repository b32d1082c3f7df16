// The page of a run in progress: places that the script fills from the stream of events.
import { html, section } from '../report/html.js';
import { clip } from '../report/text.js';
import type { IndexedRun } from '../store/run-index.js';
import { pathTo } from './request.js';
import type { Page } from './respond.js';
import type { RunFiles } from './run-files.js';
import { fileTable } from './run-page.js';
import { startText } from './words.js';

export function livePage(run: IndexedRun, files: RunFiles): Page {
  const { plan, name, started, seed } = run;
  const content = html`<div id="live" class="live expected" data-events="${pathTo('live', plan, name)}" data-state="joining">
<header class="verdict"><p class="stamp"><span class="symbol" aria-hidden="true">▶</span></p><div><h1 id="stage" aria-live="polite">Running</h1>
<p class="plan"><a href="${pathTo('plan', plan)}">${clip(plan, 200)}</a> · started ${startText(started)} UTC · seed ${seed}</p></div></header>
<p id="note" class="notice" aria-live="polite"></p><p id="ended" hidden><a class="button main" href="">Show the result</a></p>
<noscript><p class="notice">What happens now is shown with JavaScript; without it, load this page again when the run is over.</p></noscript>
<p><progress id="progress" max="1" aria-label="Progress of this stage"></progress></p><p id="clock" class="faint"></p>
<div class="columns"><div>
${section(
  'rates',
  'Rate by outcome',
  html`<svg viewBox="0 0 600 120" role="img" aria-labelledby="rate-t"><title id="rate-t">Completions a second over the last two minutes, by outcome; the figures stand below</title><path class="grid" d="M0 118H600M0 63H600M0 8H600"/><path id="rate-info"/><path id="rate-fail"/><path id="rate-ok"/></svg>
<p class="note"><span class="swatch-a"></span>ok <span class="swatch-b"></span>fail <span class="swatch-info"></span>info; the top is <span id="rate-most">0/s</span>, the width two minutes. Now <span id="rate-now">nothing</span>.</p>`,
)}
${section('operations', 'Operations', html`<div class="wide" tabindex="0" role="region" aria-label="Operations by function"><table><caption>Operations so far</caption><thead><tr><th scope="col">function</th><th scope="col" class="n">asked</th><th scope="col" class="n">ok</th><th scope="col" class="n">fail</th><th scope="col" class="n">info</th></tr></thead><tbody id="counts"></tbody></table></div>`)}
</div><div>
${section('faults', 'Faults in force', html`<ul id="faults-now"></ul>`)}
${section('last-errors', 'Last errors', html`<ol id="errors"></ol>`)}
${section('node-events', 'What happened to nodes', html`<ol id="events"></ol>`)}
</div></div></div>
${section('files', 'Files so far', fileTable(run, files))}`;
  return { title: `Running: ${clip(plan, 120)}`, content };
}
