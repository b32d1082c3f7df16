// How far an order of the operations around a violation goes, drawn and as a list; the viewer shows the other orders in its place.
import { type Html, html } from './html.js';
import { OUTCOME_MEANING } from './operations.js';
import type { PageOperation, PageOrder, PageSearch } from './page/evidence.js';
import {
  BAR,
  illegalPoint,
  type Layout,
  layoutOf,
  lineThrough,
  orderSentence,
  pointsOf,
  SEARCH_WIDTH,
} from './page/search-layout.js';
import { bar, label, px } from './plot.js';
import { clipShort } from './text.js';
import { digitsFor, duration, instant } from './time-text.js';

/** `position`: of the anomaly in the page's block of evidence. */
export function searchPicture(search: PageSearch, position: number): Html {
  const id = `search-${position + 1}`;
  const layout = layoutOf(search);
  const order = search.orders[search.first]!;
  const times = search.operations.map(({ invoked }) => invoked);
  const digits = digitsFor(Math.max(...times) - Math.min(...times));
  const ticks = layout.ticks.map(({ time, x }) =>
    label(x, layout.bottom + 15, instant(time, digits), '', x > SEARCH_WIDTH - 50 ? 'end' : 'middle'),
  );
  const lines = layout.ticks.map(({ x }) => `M${px(x)} 0V${layout.bottom}`).join('');
  return html`<div class="search" data-search="${position}"><p class="search-said">${orderSentence(search, search.first, null)}</p>
<div class="search-parts"><figure id="${id}"><div class="wide"><svg viewBox="0 0 ${SEARCH_WIDTH} ${px(layout.height)}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">Operations around the violation, and the longest order of them</title><desc id="${id}-d">Each bar is an operation, in a row for its process. The list beside the picture has the order.</desc>
<g class="axis" aria-hidden="true"><path class="grid" d="${lines}"/>${ticks}</g>
<g aria-hidden="true">${layout.lanes.map(lane)}</g>
<g class="choices">${search.operations.map((operation, i) => choice(operation, i, layout, search.stuck))}</g>
<g class="steps" aria-hidden="true">${points(layout, order)}</g></svg></div>
<figcaption>Points: where each operation of the order could take effect. The cross: the next one is illegal there. <span class="stuck-key">Outlined: with its return no order was left.</span> Short spans are widened.</figcaption></figure>
<div class="search-list" tabindex="0" role="region" aria-label="The order, step by step">${list(search, order)}</div></div></div>
`;
}

function lane({ process, node, y }: Layout['lanes'][number]): Html {
  return html`${label(84, y + 6, `process ${process}`.slice(-14), 'lane', 'end')}${label(84, y + 18, node, 'lane faint', 'end')}`;
}

function choice(operation: PageOperation, i: number, layout: Layout, stuck: number): Html {
  const { text, outcome } = operation;
  const { x0, x1, y, room } = layout.bars[i]!;
  return html`<g class="choice${i === stuck ? ' stuck' : ''}" data-operation="${i}">${label(x0, y - 5, room < 3 ? '' : clipShort(text, room), 'what')}${bar(x0, x1, y, BAR, `op ${outcome}`, operationTip(operation))}</g>
`;
}

function operationTip({ text, process, node, invoked, completed, outcome }: PageOperation): string {
  const end = completed === null ? 'never known to have completed' : `took ${duration(completed - invoked)}`;
  return `${text}\nprocess ${process}${node === '' ? '' : ` at ${node}`}\nat ${instant(invoked, 6)}, ${end}\n${outcome}: ${OUTCOME_MEANING[outcome]}`;
}

function points(layout: Layout, order: PageOrder): Html {
  const placed = pointsOf(layout, order);
  const illegal = illegalPoint(layout, order, placed);
  const marks = placed.map(
    ({ x, y }, i) =>
      html`<circle class="point" cx="${px(x)}" cy="${px(y)}" r="8"/>${label(x, y + 4, String(i + 1), 'point-number', 'middle')}`,
  );
  if (illegal === null) return html`<path class="line" d="${lineThrough(placed)}"/>${marks}`;
  const { x, y } = illegal;
  const last = placed[placed.length - 1];
  const way = last === undefined ? '' : html`<path class="line illegal" d="${lineThrough([last, illegal])}"/>`;
  return html`<path class="line" d="${lineThrough(placed)}"/>${way}${marks}<circle class="point illegal" cx="${px(x)}" cy="${px(y)}" r="8"/><path class="illegal-cross" d="M${px(x - 4)} ${px(y - 4)}l8 8m0 -8l-8 8"/>`;
}

function list(search: PageSearch, { earlier, start, steps, states, next }: PageOrder): Html {
  const name = (operation: number) => {
    const { text, process } = search.operations[operation]!;
    return html`<bdi>${text}</bdi> <span class="faint">process ${process}</span>`;
  };
  const before = earlier > 0 ? `After ${earlier} earlier operations` : 'At the start';
  return html`<p class="faint"><span>${before}: <code>${start}</code></span><span>state after</span></p>
<ol>${steps.map((operation, i) => html`<li data-operation="${operation}"><span>${name(operation)}</span><code>${states[i]}</code></li>`)}</ol>
<ul class="illegal-next">${next.map(({ operation, why }) => html`<li data-operation="${operation}"><strong aria-hidden="true">✘</strong> <span><bdi>${why}</bdi> <span class="faint">process ${search.operations[operation]!.process}</span></span></li>`)}</ul>`;
}
