// What the checks show of what they saw: charts on the run's time and tables, those of the checks that fail first.
import type { PageExhibit } from '../../page/exhibits.js';
import { grouped, listed, plural, visible } from '../../text.js';
import type { App } from '../app.js';
import { Stretch } from '../charts/stretch.js';
import { button, stretchTools } from '../charts/stretch-tools.js';
import { element } from '../dom.js';
import type { Drawing } from './drawing.js';
import { drawingOf, Picture } from './picture.js';
import { tableView } from './table.js';

const TITLE = 'What the checks saw';

/** Looks of a figure by the verdict of its check. */
const TONES = {
  true: { tone: 'good', sign: '✔', word: 'valid' },
  false: { tone: 'bad', sign: '✘', word: 'invalid' },
  unknown: { tone: 'doubt', sign: '?', word: 'unknown' },
} as const;

export async function mountExhibits(place: HTMLElement, app: App): Promise<void> {
  const block = await app.block('exhibits');
  if (block === null) return;
  const stretch = new Stretch(app.run.end);
  const drawings = block.exhibits.map(({ exhibit }) => (exhibit.kind === 'chart' ? drawingOf(exhibit) : null));
  // Instants stand above each other in all charts.
  const gutter = Math.max(48, ...drawings.map((drawing) => drawing?.gutter ?? 0));
  const pictures: Picture[] = [];
  const figures = block.exhibits.map((shown, i) => {
    const drawing = drawings[i] ?? null;
    const { figure, picture } = figureOf(app, stretch, shown, drawing, gutter);
    figure.id = `exhibit-${i + 1}`;
    // What matters most gets the whole width.
    if (i === 0 && shown.valid !== 'true') figure.classList.add('broad');
    if (picture !== null) pictures.push(picture);
    return figure;
  });
  const left =
    block.left === 0
      ? null
      : `${plural(block.left, 'more exhibit')} had no room on this page; exhibits.json beside it holds all.`;
  place.append(
    element(
      'section',
      { id: 'exhibits', 'aria-labelledby': 'exhibits-title' },
      element('h2', { id: 'exhibits-title' }, TITLE),
      pictures.length === 0 ? null : toolbar(app, stretch),
      element('div', { class: 'exhibits' }, ...figures),
      left === null ? null : element('p', { class: 'note notice' }, left),
      ...block.complaints.map(({ checker, sentence }) =>
        element('p', { class: 'note notice' }, visible(`${checker}: ${sentence}`)),
      ),
    ),
  );
  const next = place.nextElementSibling?.id ?? '';
  document.querySelector(`nav a[href="#${next}"]`)?.before(element('a', { href: '#exhibits' }, TITLE));
  linkFromAnomaly(app, block.exhibits);
  redrawWithColours(pictures);
}

/** From the anomaly that the page opens with to what its check shows. */
function linkFromAnomaly({ run }: App, exhibits: readonly PageExhibit[]): void {
  const checker = run.anomalies[0]?.checker;
  const links = exhibits.flatMap(({ checkers, exhibit }, i) =>
    checker !== undefined && checkers.includes(checker)
      ? [' ', element('a', { href: `#exhibit-${i + 1}` }, visible(exhibit.title))]
      : [],
  );
  if (links.length === 0) return;
  const shown = element('p', { class: 'note' }, `What ${visible(checker ?? '')} saw:`, ...links);
  document.querySelector('#anomaly .message')?.after(shown);
}

function figureOf(app: App, stretch: Stretch, shown: PageExhibit, drawing: Drawing | null, gutter: number) {
  const { exhibit } = shown;
  const title = visible(exhibit.title);
  const picture = drawing === null ? null : new Picture(app, stretch, title, drawing, gutter);
  const content =
    exhibit.kind === 'table' ? [tableView(app, title, exhibit.columns, exhibit.rows)] : (picture?.parts ?? []);
  const note = exhibit.note === undefined ? null : element('p', { class: 'note' }, visible(exhibit.note));
  const notice = exhibit.notice === undefined ? null : element('p', { class: 'note notice' }, visible(exhibit.notice));
  const figure = element(
    'figure',
    { class: 'exhibit' },
    element('h3', {}, title, ' ', standing(shown)),
    note,
    notice,
    ...content,
  );
  return { figure, picture };
}

/** Which checks show it, and what they found. */
function standing({ checkers, valid, anomalies }: PageExhibit): HTMLElement {
  const { tone, sign, word } = TONES[valid];
  const found = anomalies.length === 0 ? word : listed(anomalies.map(visible), 4);
  const mark = element('span', { 'aria-hidden': 'true' }, `${sign} `);
  return element('span', { class: `by ${tone}` }, mark, visible(`${listed(checkers)}: ${found}`));
}

function toolbar(app: App, stretch: Stretch): HTMLElement {
  const there = button('Zoom the timeline here', () => {
    app.view.set({ ...stretch.shown.value });
    document.getElementById('timeline')?.scrollIntoView();
  });
  const { faults } = app.run;
  const shaded = faults.length === 0 ? '' : ` Shaded: one of ${grouped(faults.length)} faults was in force.`;
  const note = element('span', { class: 'note' }, `Drag to zoom, double-click or Escape for the whole run.${shaded}`);
  return element('div', { class: 'chart-tools' }, ...stretchTools(stretch), there, note);
}

/** In light, in dark and on paper. */
function redrawWithColours(pictures: readonly Picture[]): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', () => {
      for (const picture of pictures) picture.draw();
    });
  }
}
