// The frame that every picture with a time axis shares: scales, ticks, bands, and an accessible SVG around them.
import type { Nanoseconds } from '../contracts/time.js';
import { type Content, Html, html } from './html.js';

/** Width of full-width pictures and the gutter of their lane labels, in SVG units; one axis for all of them. */
export const WIDTH = 1340;
export const GUTTER = 92;
const RIGHT_MARGIN = 14;

/** A coordinate with at most one decimal: small files, and the same text everywhere. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export class TimeScale {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly left: number;
  readonly right: number;

  constructor(from: Nanoseconds, to: Nanoseconds, left = GUTTER, right = WIDTH - RIGHT_MARGIN) {
    this.from = from;
    this.to = Math.max(to, from + 1);
    this.left = left;
    this.right = right;
  }

  x(time: Nanoseconds): number {
    const share = (time - this.from) / (this.to - this.from);
    return this.left + Math.min(1, Math.max(0, share)) * (this.right - this.left);
  }

  /** Round instants, about `count` of them. */
  ticks(count = 10): Nanoseconds[] {
    const step = Math.max(1, roundStep((this.to - this.from) / count));
    const ticks: Nanoseconds[] = [];
    for (let i = Math.ceil(this.from / step); i * step <= this.to; i++) ticks.push(i * step);
    return ticks;
  }
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
export function roundStep(step: number): number {
  let power = 1;
  while (power * 10 <= step) power *= 10;
  while (power > step) power /= 10;
  for (const factor of [1, 2, 5]) if (factor * power >= step) return factor * power;
  return 10 * power;
}

/** Instants on an axis: seconds with as many decimals as the ticks need. */
function tickText(time: Nanoseconds, step: Nanoseconds): string {
  let digits = 0;
  for (let unit = 1_000_000_000; unit > step && digits < 9; unit /= 10) digits++;
  return `${(time / 1_000_000_000).toFixed(digits)} s`;
}

/** Vertical hairlines with their instants below `bottom`. */
export function timeAxis(scale: TimeScale, top: number, bottom: number, count = 10): Html {
  const ticks = scale.ticks(count);
  const step = (ticks[1] ?? scale.to) - (ticks[0] ?? scale.from);
  const lines = ticks.map((time) => `M${px(scale.x(time))} ${top}V${bottom}`).join('');
  const labels = ticks.map((time) => {
    const x = scale.x(time);
    const anchor = x > scale.right - 20 ? 'end' : 'middle';
    return html`<text x="${px(x)}" y="${bottom + 15}" text-anchor="${anchor}">${tickText(time, step)}</text>`;
  });
  return html`<g class="axis" aria-hidden="true"><path class="grid" d="${lines}"/>${labels}</g>`;
}

export interface Picture {
  id: string;
  /** A name and the gist of what is shown: what a screen reader says. */
  title: string;
  description: string;
  width?: number;
  height: number;
  content: Content;
  /** Below the picture, for everybody. */
  caption?: Content;
}

export function figure({ id, title, description, width = WIDTH, height, content, caption }: Picture): Html {
  return html`<figure id="${id}"><div class="wide"><svg viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${content}</svg></div>
${caption ? html`<figcaption>${caption}</figcaption>` : ''}</figure>
`;
}

/** A rectangle of a class, at least `least` wide so that it can be seen; `tip` is shown when pointed at. */
export function bar(
  x0: number,
  x1: number,
  y: number,
  height: number,
  className: string,
  tip?: string,
  least = 1.5,
): Html {
  const tail = tip === undefined ? new Html('/>') : html`><title>${tip}</title></rect>`;
  return html`<rect class="${className}" x="${px(x0)}" y="${px(y)}" width="${px(Math.max(x1 - x0, least))}" height="${px(height)}"${tail}`;
}

export function label(x: number, y: number, text: string, className = '', anchor = 'start'): Html {
  return html`<text class="${className}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${text}</text>`;
}

/** About how wide a label of the pictures' font size is, in SVG units. */
export function textWidth(text: string): number {
  return text.length * 6.6;
}
