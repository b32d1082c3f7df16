// One chart of a check: a canvas that is explored by pointer and keyboard, its legend, and the same as a table.
import type { Chart } from '../../../contracts/exhibit.js';
import type { Nanoseconds } from '../../../contracts/time.js';
import { grouped, listed, plural } from '../../text.js';
import { digitsFor, instant } from '../../time-text.js';
import type { App } from '../app.js';
import { legend } from '../charts/legend.js';
import type { Stretch } from '../charts/stretch.js';
import { element } from '../dom.js';
import { AXIS, type Drawing, drawFrame, type Mark, Sight } from './drawing.js';
import { listenToKeys } from './keys.js';
import { Lanes } from './lanes.js';
import { showOperation } from './operation.js';
import { listenToPointer } from './pointer.js';
import { WRONG_SIGN } from './shapes.js';
import { tableView } from './table.js';
import { Values } from './values.js';

const MOST_ROWS = 500;
const MOST_SAID = 6;

export function drawingOf(chart: Chart): Drawing {
  return chart.lanes !== undefined && chart.lanes.length > 0 ? new Lanes(chart) : new Values(chart);
}

/** Where pointer and keys act. */
export class Picture {
  readonly frame: HTMLElement;
  /** What belongs to it, in order. */
  readonly parts: readonly (HTMLElement | null)[];
  readonly drawing: Drawing;
  readonly app: App;
  readonly stretch: Stretch;
  readonly #gutter: number;
  readonly #canvas = element('canvas');
  readonly #line = element('div', { class: 'pointer', hidden: true });
  readonly #ring = element('div', { class: 'ring', hidden: true });
  readonly #said = element('div', { class: 'said', hidden: true });
  readonly #spoken = element('p', { class: 'spoken', role: 'status' });
  #width = 0;

  constructor(app: App, stretch: Stretch, title: string, drawing: Drawing, gutter: number) {
    this.app = app;
    this.stretch = stretch;
    this.drawing = drawing;
    this.#gutter = gutter;
    this.frame = element(
      'div',
      {
        class: 'picture',
        tabindex: '0',
        role: 'application',
        'aria-roledescription': 'chart',
        'aria-label': `${title}. ${this.#summary()} Left and right go from point to point, up and down among those that are wrong, Enter shows the operation on the timeline; plus and minus zoom, Escape shows the whole run. The same is there as a table below.`,
      },
      this.#canvas,
      this.#line,
      this.#ring,
      this.#said,
    );
    this.parts = [this.#legend(title), this.frame, this.#spoken, this.#table(title)];
    app.cursor.listen(({ time }) => this.#point(time));
    stretch.shown.listen(() => this.draw());
    new ResizeObserver(() => this.#fit()).observe(this.frame);
    listenToPointer(this);
    listenToKeys(this);
  }

  get sight(): Sight {
    return new Sight(this.#width, this.#gutter, this.drawing.height, this.stretch);
  }

  draw(): void {
    const context = this.#canvas.getContext('2d');
    if (context === null || this.#width === 0) return;
    const ratio = devicePixelRatio;
    const height = this.sight.bottom + AXIS;
    this.#canvas.width = Math.round(this.#width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawFrame(context, this.sight, this.app);
    this.drawing.draw(context, this.sight);
    this.#ring.hidden = true;
    this.#point(this.app.cursor.value.time);
  }

  /** Says what there is at an instant, and marks what is close; `pointer`: where to say it; null: to screen readers, too. */
  say(time: Nanoseconds | null, mark: Mark | null, pointer: { x: number; y: number } | null): void {
    const lines = time === null ? [] : this.#linesAt(time, mark);
    this.#said.hidden = lines.length === 0;
    this.#said.textContent = lines.join('\n');
    if (time !== null && pointer === null) this.#spoken.textContent = lines.join('; ');
    if (time !== null) this.#placeSaid(pointer ?? { x: this.sight.x(time), y: this.sight.bottom });
    this.frame.style.cursor = mark?.operation === undefined ? '' : 'pointer';
    this.#ring.hidden = mark === null;
    if (mark === null) return;
    const { x, y } = this.drawing.place(mark, this.sight);
    this.#ring.style.transform = `translate(${x - 9}px,${y - 9}px)`;
  }

  open(mark: Mark | null): void {
    if (mark?.operation !== undefined) void showOperation(this.app, mark.operation);
  }

  #placeSaid({ x, y }: { x: number; y: number }): void {
    const left = Math.max(0, Math.min(x + 12, this.#width - this.#said.offsetWidth));
    this.#said.style.transform = `translate(${left}px,${y + 16}px)`;
  }

  #linesAt(time: Nanoseconds, mark: Mark | null): string[] {
    const { faults, end } = this.app.run;
    const active = faults
      .filter(({ from, to }) => from <= time && time <= to)
      .map(({ name, what }) => `${name} ${what}`);
    const said = mark === null ? this.drawing.says(time) : [this.drawing.textOf(mark)];
    const hint = mark?.operation === undefined ? [] : ['Click or Enter: the operation on the timeline'];
    const during = active.length === 0 ? [] : [`during ${listed(active, 3)}`];
    return [instant(time, digitsFor(end / 100)), ...listedFew(said), ...during, ...hint];
  }

  #point(time: Nanoseconds | null): void {
    const view = this.sight;
    this.#legendShows(time);
    this.#line.hidden = time === null || time < view.from || time > view.to;
    if (time === null || this.#line.hidden) return;
    this.#line.style.transform = `translateX(${view.x(time)}px)`;
    this.#line.style.height = `${view.bottom}px`;
  }

  #legendShows: (time: Nanoseconds | null) => void = () => undefined;

  #legend(title: string): HTMLElement | null {
    const { drawing } = this;
    const { entries } = drawing;
    if (entries.length === 0) {
      if (!drawing.marks.some(({ wrong }) => wrong)) return null;
      const sign = element('span', { class: 'mark', 'aria-hidden': 'true' }, WRONG_SIGN);
      return element('p', { class: 'keys wrong-key' }, sign, ' wrong');
    }
    const shown = legend(`Parts of: ${title}`, entries, (position, on) => {
      if (on) drawing.hidden.delete(position);
      else drawing.hidden.add(position);
      this.draw();
    });
    this.#legendShows = (time) => shown.show(time === null ? [] : drawing.values(time));
    return element('div', { class: 'keys' }, shown.root);
  }

  #summary(): string {
    const { marks } = this.drawing;
    const wrong = marks.filter((mark) => mark.wrong).length;
    return `${plural(marks.length, 'point or span', 'points and spans')}, ${wrong === 0 ? 'none' : grouped(wrong)} of them wrong.`;
  }

  /** Made when it is opened. */
  #table(title: string): HTMLElement {
    const details = element('details', { class: 'as-table' }, element('summary', {}, 'The same as a table'));
    details.addEventListener('toggle', () => {
      if (!details.open || details.childElementCount > 1) return;
      const { columns, rows } = this.drawing.table();
      const first: (string | number | null)[][] = [];
      let cut = false;
      for (const row of rows) {
        if (first.length === MOST_ROWS) {
          cut = true;
          break;
        }
        first.push(row);
      }
      const notice = cut ? `The first ${grouped(MOST_ROWS)} rows are shown, what is wrong before the rest.` : null;
      details.append(tableView(this.app, title, columns, first), element('p', { class: 'note' }, notice));
    });
    return details;
  }

  #fit(): void {
    const width = Math.floor(this.frame.clientWidth);
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.draw();
  }
}

function listedFew(said: readonly string[]): string[] {
  return said.length <= MOST_SAID ? [...said] : [...said.slice(0, MOST_SAID), `${said.length - MOST_SAID} more`];
}
