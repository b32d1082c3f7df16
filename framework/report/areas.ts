// Outcomes drawn alike in every picture: stacked areas over time, and the legend that explains their looks.
import type { Outcome } from '../contracts/operation.js';
import { type Html, html } from './html.js';
import { px, type TimeScale } from './plot.js';
import { BINS, type Series } from './statistics.js';

/** From the bottom up: what is drawn as a stack. */
const STACK: readonly Outcome[] = ['ok', 'info', 'fail'];

export function legend(): Html {
  const swatch = (outcome: Outcome, text: string) =>
    html`<span class="key"><svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><rect class="op ${outcome}" x="1" y="1" width="22" height="10"/></svg> ${text}</span>`;
  return html`<span class="legend">${swatch('ok', 'ok')} ${swatch('info', 'info (unknown)')} ${swatch('fail', 'fail')}</span>`;
}

/** Steps of a stacked chart, a closed path for each outcome. */
export function stackedArea(series: Series, highest: number, scale: TimeScale, base: number, height: number): Html {
  const floor = new Float64Array(BINS);
  const width = (scale.right - scale.left) / BINS;
  const paths = STACK.map((outcome) => {
    const lower = Float64Array.from(floor);
    for (let bin = 0; bin < BINS; bin++) floor[bin]! += series[outcome][bin]!;
    const d = stepsBetween(
      lower,
      floor,
      (bin) => scale.left + bin * width,
      (count) => base - Math.min(1, count / highest) * height,
    );
    return d === '' ? '' : html`<path class="area ${outcome}" d="${d}"/>`;
  });
  return html`${paths}`;
}

function stepsBetween(
  lower: Float64Array,
  upper: Float64Array,
  x: (bin: number) => number,
  y: (count: number) => number,
): string {
  let d = '';
  for (let bin = 0; bin < BINS; bin++) {
    if (upper[bin] === lower[bin]) continue;
    let end = bin;
    while (end + 1 < BINS && upper[end + 1] !== lower[end + 1]) end++;
    d += `M${px(x(bin))} ${px(y(upper[bin]!))}`;
    for (let i = bin; i <= end; i++) d += `${i === bin ? '' : `V${px(y(upper[i]!))}`}H${px(x(i + 1))}`;
    for (let i = end; i >= bin; i--) d += `V${px(y(lower[i]!))}H${px(x(i))}`;
    d += 'z';
    bin = end;
  }
  return d;
}
