// What every picture of the page's first layer is made of, and the frame around it that tells a screen reader what it shows.
import { type Content, Html, html } from './html.js';

/** Width of full-width pictures, in SVG units. */
const WIDTH = 1340;

/** A coordinate with at most one decimal: small files, and the same text everywhere. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
export function roundStep(step: number): number {
  let power = 1;
  while (power * 10 <= step) power *= 10;
  while (power > step) power /= 10;
  for (const factor of [1, 2, 5]) if (factor * power >= step) return factor * power;
  return 10 * power;
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
