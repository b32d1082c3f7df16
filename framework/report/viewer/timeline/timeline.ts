// The timeline: every operation of the run under its faults, on a canvas, with a small picture of the whole run above it.
import type { Operations } from '../../page/operations.js';
import { grouped } from '../../text.js';
import type { App } from '../app.js';
import { element } from '../dom.js';
import { Actions } from './actions.js';
import { Board } from './board.js';
import { Details } from './details.js';
import { draw } from './frame.js';
import { helpDialog } from './help.js';
import type { Hit } from './hit.js';
import { keyFor } from './keys.js';
import { Minimap } from './minimap.js';
import { type Palette, paletteOf } from './palette.js';
import { followPointer, type PointerPart } from './pointer.js';
import type { Scene } from './scene.js';
import { SightTable } from './sight-table.js';
import { showing } from './span.js';
import { Tip } from './tip.js';
import { Toolbar } from './toolbar.js';
import { faultTip, operationTip, selectionText } from './words.js';

/** CSS pixels of an A4 page between its margins. */
const PAPER_WIDTH = 700;
const PAPER_SCALE = 2;
const HINT_MS = 1500;

export async function mountTimeline(place: HTMLElement, app: App): Promise<void> {
  const operations = await app.operations();
  if (operations === null || operations.count === 0) {
    place.append(element('p', { class: 'note' }, 'The history holds no operation.'));
    return;
  }
  new Timeline(place, app, operations);
}

class Timeline {
  readonly #app: App;
  readonly #place: HTMLElement;
  readonly #board: Board;
  readonly #actions: Actions;
  readonly #canvas = element('canvas', {
    class: 'tl-canvas',
    tabindex: 0,
    role: 'application',
    'aria-label':
      'Timeline of operations: arrows select operations, W A S D zoom and move, question mark lists the keys',
  });
  readonly #context: CanvasRenderingContext2D;
  readonly #say: (text: string) => void;
  readonly #minimap: Minimap;
  readonly #toolbar: Toolbar;
  readonly #details: Details;
  readonly #tip = new Tip();
  readonly #help = helpDialog();
  readonly #status = element('p', { class: 'tl-status', role: 'status', 'aria-live': 'polite' });
  readonly #hint = element(
    'p',
    { class: 'tl-hint', hidden: true, 'aria-hidden': 'true' },
    'Ctrl + wheel zooms, or click the timeline first',
  );
  readonly #paper = element('span', { class: 'paper', hidden: true });
  #palette: Palette | null = null;
  #width = 0;
  #scale = 1;
  #printing = false;
  #frame = 0;
  #hintTimer: number | undefined;

  constructor(place: HTMLElement, app: App, operations: Operations) {
    this.#app = app;
    this.#place = place;
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('this browser has no canvas');
    this.#context = context;
    const say = (text: string) => {
      this.#status.textContent = text;
    };
    this.#say = say;
    this.#board = new Board(app, operations);
    this.#actions = new Actions(this.#board, say);
    this.#minimap = new Minimap(this.#board, this.#actions);
    this.#toolbar = new Toolbar(this.#board, this.#actions, () => this.#help.showModal(), say);
    this.#details = new Details(this.#board, this.#actions);
    place.classList.add('tl');
    place.append(
      this.#toolbar.node,
      this.#minimap.node,
      element('div', { class: 'tl-stage' }, this.#canvas, this.#hint),
      this.#legend(operations),
      this.#status,
      this.#details.node,
      new SightTable(this.#board, this.#actions).node,
      this.#tip.node,
      this.#help,
      this.#paper,
    );
    this.#details.showSelected();
    this.#toolbar.updateChips();
    this.#resize();
    this.#listen();
    this.#askedFor();
  }

  #listen(): void {
    const { view, cursor, asked } = this.#app;
    view.listen((value, before) => {
      if (value.operation !== before.operation) this.#selected();
      if (value.filter !== before.filter) this.#toolbar.updateChips();
      if (value.filter !== before.filter || value.lanes !== before.lanes) this.#resize();
      this.#invalidate();
    });
    cursor.listen(() => this.#invalidate());
    asked.listen(() => this.#askedFor());
    new ResizeObserver(() => this.#resize()).observe(this.#place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#resize(true));
    addEventListener('beforeprint', () => this.#print(true));
    addEventListener('afterprint', () => this.#print(false));
    this.#canvas.addEventListener('keydown', (event) => this.#key(event));
    followPointer(this.#pointerPart());
  }

  #pointerPart(): PointerPart {
    return {
      canvas: this.#canvas,
      board: this.#board,
      actions: this.#actions,
      scene: () => this.#scene(),
      hover: (hit, event) => this.#hover(hit, event),
      choose: (hit) => this.#choose(hit),
      hint: () => this.#showHint(),
      redraw: () => this.#invalidate(),
    };
  }

  /** A link or a fragment leads here. */
  #askedFor(): void {
    const { times, centre } = this.#app.asked.value;
    if (times === 0) return;
    const { selected } = this.#board;
    if (centre && selected >= 0) {
      const { from, to } = showing(this.#app.view.value, this.#board.spanOf(selected), this.#app.run.end);
      this.#app.view.set({ from, to });
    }
    if (selected >= 0) this.#board.scrollToOperation(selected);
    (this.#place.closest('section') ?? this.#place).scrollIntoView({ block: 'start' });
    if (centre) this.#canvas.focus({ preventScroll: true });
    this.#invalidate();
  }

  /** Somebody selected an operation, here or in another part of the page. */
  #selected(): void {
    const { selected } = this.#board;
    if (selected >= 0) {
      const anomaly = this.#board.anomalyOf(selected);
      if (anomaly >= 0) this.#app.view.set({ anomaly });
      this.#board.scrollToOperation(selected);
      this.#say(selectionText(this.#board, selected));
    }
    this.#details.showSelected();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '?') this.#help.showModal();
    else if (event.key === '/') this.#toolbar.search.focus();
    else if (event.key.toLowerCase() === 'l') this.#toolbar.switchLanes();
    else {
      const key = keyFor(event);
      if (key === undefined) return;
      key.does(this.#actions, this.#app.cursor.value.time ?? undefined);
      this.#invalidate();
    }
    event.preventDefault();
  }

  #hover(hit: Hit | null, event: PointerEvent): void {
    const position = hit?.kind === 'operation' ? hit.position : -1;
    if (position !== this.#board.hovered) {
      this.#board.hovered = position;
      this.#invalidate();
    }
    this.#canvas.style.cursor = hit === null || hit.kind === 'text' ? '' : 'pointer';
    if (hit === null) this.#tip.hide();
    else if (hit.kind === 'text') this.#tip.show(hit.lines, event);
    else this.#tip.show(hit.kind === 'fault' ? faultTip(hit.fault) : operationTip(this.#board, hit.position), event);
  }

  #choose(hit: Hit | null): void {
    if (hit?.kind === 'operation') this.#actions.select(hit.position);
    else if (hit?.kind === 'fault') {
      this.#app.view.set({ operation: null });
      this.#details.showFault(hit.fault);
    } else if (this.#app.view.value.operation !== null) this.#actions.deselect();
  }

  #showHint(): void {
    this.#hint.hidden = false;
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => {
      this.#hint.hidden = true;
    }, HINT_MS);
  }

  #scene(): Scene {
    const { from, to, anomaly } = this.#app.view.value;
    const layout = this.#board.layout(this.#width);
    return {
      run: this.#app.run,
      operations: this.#board.operations,
      lanes: this.#board.lanes,
      faultLanes: this.#board.faultLanes,
      layout,
      palette: this.#palette!,
      from,
      to,
      scroll: this.#board.scroll,
      proof: this.#board.proof,
      anomaly,
      selected: this.#board.selected,
      hovered: this.#printing ? -1 : this.#board.hovered,
      cursor: this.#printing ? null : this.#app.cursor.value.time,
      label: this.#board.label,
    };
  }

  /** `again`: also where the size is the same (the colours are not). */
  #resize(again = false): void {
    const width = this.#printing ? PAPER_WIDTH : Math.max(280, this.#place.clientWidth);
    const scale = this.#printing ? PAPER_SCALE : Math.min(3, devicePixelRatio || 1);
    const { height } = this.#board.layout(width);
    const sized =
      this.#canvas.width === Math.round(width * scale) && this.#canvas.height === Math.round(height * scale);
    if (sized && !again && this.#palette !== null) return;
    this.#width = width;
    this.#scale = scale;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.style.height = this.#printing ? 'auto' : `${height}px`;
    const colours = this.#printing ? this.#paper : document.documentElement;
    this.#palette = paletteOf(colours, this.#context, scale);
    this.#minimap.resize(width, scale, colours);
    this.#draw();
  }

  #print(printing: boolean): void {
    this.#printing = printing;
    this.#resize(true);
  }

  #invalidate(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      this.#toolbar.update();
    });
  }

  #draw(): void {
    this.#context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    draw(this.#context, this.#scene());
    this.#minimap.draw();
  }

  #legend(operations: Operations): HTMLElement {
    const swatch = (outcome: string, text: string) =>
      element('span', { class: 'key' }, element('span', { class: `tl-swatch ${outcome}` }), ` ${text}`);
    const left =
      operations.left === 0
        ? null
        : element(
            'strong',
            { class: 'notice' },
            ` A sample: ${grouped(operations.count)} of ${grouped(operations.count + operations.left)} operations are in this page, all of those near anomalies among them. The small picture counts all; history.jsonl holds all.`,
          );
    return element(
      'p',
      { class: 'note tl-legend' },
      swatch('ok', 'ok'),
      swatch('info', 'info (unknown: open end; narrow ones in the lower half)'),
      swatch('fail', 'fail (narrow ones in the upper half)'),
      'Darker: busier. Framed and numbered: the operations of the evidence. Thin lines at a fault: it was asked for, or its healing was, but not in force yet. ',
      left,
    );
  }
}
