// How a plan's runs went one after the other: verdicts as a strip, figures as lines over the same axis.
import { type Content, type Html, html } from '../report/html.js';
import { bar, figure, label, px, roundStep } from '../report/plot.js';
import { clipShort, plural } from '../report/text.js';
import type { Shown } from './standing.js';

export interface TrendRun {
  /** What a person calls it: when it started. */
  readonly title: string;
  readonly shown: Shown;
}

export interface Line {
  readonly name: string;
  readonly style: 'a' | 'b';
  /** One for each run; null: not recorded. */
  readonly values: readonly (number | null)[];
}

const WIDTH = 660;
const LEFT = 70;
const RIGHT = WIDTH - 14;
const TOP = 12;
const BASE = 138;
const STRIP = 30;
/** Signs are drawn where there is room for them. */
const ROOM = 14;

function place(position: number, count: number): number {
  return LEFT + ((position + 0.5) / count) * (RIGHT - LEFT);
}

/** A box for each run, coloured and signed. */
export function verdictStrip(runs: readonly TrendRun[]): Html {
  const width = (RIGHT - LEFT) / runs.length;
  const boxes = runs.map(({ title, shown }, i) => {
    const x = LEFT + i * width;
    const gap = width > 6 ? 1.5 : 0;
    const sign =
      width < ROOM
        ? ''
        : html`<text class="v-sign ${shown.tone}" x="${px(x + width / 2)}" y="22">${shown.symbol}</text>`;
    return html`${bar(x + gap, x + width - gap, 4, STRIP - 6, `v ${shown.tone}`, `${title}: ${shown.word}`, 1)}${sign}`;
  });
  const words = new Map<string, number>();
  for (const { shown } of runs) words.set(shown.word, (words.get(shown.word) ?? 0) + 1);
  const tally = [...words].map(([word, count]) => `${count} ${word.toLowerCase()}`).join(', ');
  const picture = figure({
    id: 'verdicts',
    title: 'Verdicts, the oldest run first',
    description: `${plural(runs.length, 'run')}: ${tally}. The table below has each.`,
    width: WIDTH,
    height: STRIP + 22,
    content: html`${label(LEFT - 8, 22, 'verdict', 'faint', 'end')}${boxes}${ends(runs, STRIP + 14)}`,
  });
  return html`<h3>Verdicts</h3>${picture}`;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** The top of the axis; left out: the highest value. */
  readonly most?: number;
}

/** Lines over the runs; they break where a run has no figure. */
export function trendChart(runs: readonly TrendRun[], { id, title, lines, format, most }: Chart): Html {
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  if (known.length === 0) return html`<p class="note">${title}: not recorded.</p>`;
  const step = Math.max(roundStep((most ?? Math.max(...known)) / 4), Number.MIN_VALUE);
  const high = most ?? Math.max(step, Math.ceil(Math.max(...known) / step) * step);
  const y = (value: number) => BASE - (Math.min(value, high) / high) * (BASE - TOP);
  const ticks = Array.from({ length: Math.round(high / step) + 1 }, (_, i) => i * step);
  const grid = ticks.map(
    (value) =>
      html`<path class="grid" d="M${LEFT} ${px(y(value))}H${RIGHT}"/>${label(LEFT - 8, y(value) + 4, format(value), 'faint', 'end')}`,
  );
  const picture = figure({
    id,
    title,
    description: `${lines.map((line) => describe(line, format)).join('; ')}. The table below has each.`,
    width: WIDTH,
    height: BASE + 26,
    content: html`${grid}${lines.map((line) => drawLine(line, runs, y, format))}${ends(runs, BASE + 18)}`,
    caption:
      lines.length > 1
        ? lines.map(({ name, style }) => html`<span class="key"><span class="swatch-${style}"></span>${name}</span> `)
        : '',
  });
  return html`<h3>${title}</h3>${picture}`;
}

function describe({ name, values }: Line, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${name} not recorded`;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return `${name} from ${format(low)} to ${format(high)}, last ${format(known[known.length - 1]!)}`;
}

function drawLine(
  { name, style, values }: Line,
  runs: readonly TrendRun[],
  y: (value: number) => number,
  format: (value: number) => string,
): Html {
  let path = '';
  let pen = 'M';
  const dots: Content[] = [];
  values.forEach((value, i) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const x = place(i, values.length);
    path += `${pen}${px(x)} ${px(y(value))}`;
    pen = 'L';
    dots.push(
      html`<circle class="dot ${style}" cx="${px(x)}" cy="${px(y(value))}" r="${values.length > 100 ? 1.8 : 3}"><title>${name} ${format(value)}, ${runs[i]?.title}</title></circle>`,
    );
  });
  return html`<path class="line ${style}" d="${path}"/>${dots}`;
}

/** When the first and the last run were. */
function ends(runs: readonly TrendRun[], y: number): Html {
  const first = runs[0];
  const last = runs[runs.length - 1];
  if (first === undefined || last === undefined) return html``;
  const lastLabel = runs.length > 1 ? label(RIGHT, y, clipShort(last.title, 30), 'faint', 'end') : '';
  return html`${label(LEFT, y, clipShort(first.title, 30), 'faint')}${lastLabel}`;
}
