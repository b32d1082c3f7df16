// The whole run in a narrow picture above the timeline, with what is in sight as a frame to drag.
import { element } from '../dom.js';
import type { Actions } from './actions.js';
import type { Board } from './board.js';
import { type Palette, paletteOf } from './palette.js';
import { type Span, within } from './span.js';

const HEIGHT = 58;
const FAULTS = 7;
/** Pixels around an edge of the frame that mean the edge. */
const GRIP = 7;

export class Minimap {
  readonly node = element('canvas', { class: 'tl-map', 'aria-hidden': 'true' });
  readonly #board: Board;
  readonly #still = document.createElement('canvas');
  #width = 0;
  #scale = 1;
  #palette: Palette | null = null;

  constructor(board: Board, actions: Actions) {
    this.#board = board;
    this.node.addEventListener('pointerdown', (event) => this.#grab(event));
    this.node.addEventListener('pointermove', (event) => {
      if (event.buttons === 0) this.node.style.cursor = CURSORS[this.#partAt(event.offsetX)];
    });
    this.node.addEventListener('dblclick', () => actions.whole());
  }

  /** In CSS pixels; `place`: whose colours. */
  resize(width: number, scale: number, place: Element): void {
    this.#width = width;
    this.#scale = scale;
    for (const canvas of [this.node, this.#still]) {
      canvas.width = Math.round(width * scale);
      canvas.height = HEIGHT * scale;
    }
    this.node.style.height = `${HEIGHT}px`;
    const context = this.#still.getContext('2d');
    if (context === null) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#palette = paletteOf(place, context, scale);
    this.#drawStill(context, this.#palette);
  }

  draw(): void {
    const context = this.node.getContext('2d');
    const palette = this.#palette;
    if (context === null || palette === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#still, 0, 0);
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    const { from, to } = this.#board.view;
    const x0 = this.#x(from);
    const x1 = Math.max(this.#x(to), x0 + 2);
    context.globalAlpha = 0.62;
    context.fillStyle = palette.page;
    context.fillRect(0, 0, x0, HEIGHT);
    context.fillRect(x1, 0, this.#width - x1, HEIGHT);
    context.globalAlpha = 1;
    context.strokeStyle = palette.link;
    context.lineWidth = 2;
    context.strokeRect(x0, 1, x1 - x0, HEIGHT - 2);
    context.fillStyle = palette.link;
    for (const x of [x0, x1]) context.fillRect(x - 2.5, HEIGHT / 2 - 9, 5, 18);
  }

  #x(time: number): number {
    return (time / this.#board.app.run.end) * this.#width;
  }

  #drawStill(context: CanvasRenderingContext2D, palette: Palette): void {
    const { run } = this.#board.app;
    context.fillStyle = palette.card;
    context.fillRect(0, 0, this.#width, HEIGHT);
    for (const fault of run.faults) {
      const x = this.#x(fault.from);
      const width = Math.max(1, this.#x(fault.to) - x);
      context.fillStyle = palette.fault;
      context.fillRect(x, 0, width, FAULTS);
      context.fillStyle = palette.band;
      context.fillRect(x, FAULTS, width, HEIGHT);
    }
    this.#drawDensity(context, palette);
    context.fillStyle = palette.leader;
    for (const { time } of run.leaders) context.fillRect(this.#x(time), 0, 1.5, FAULTS + 4);
    context.fillStyle = palette.proof;
    for (const positions of this.#board.proof) {
      for (const position of positions) {
        const x = this.#x(this.#board.operations.invoked[position] ?? Number.NaN);
        if (Number.isNaN(x)) continue;
        context.fillRect(x - 0.75, FAULTS, 1.5, HEIGHT);
        context.beginPath();
        context.moveTo(x - 5, FAULTS);
        context.lineTo(x + 5, FAULTS);
        context.lineTo(x, FAULTS + 7);
        context.fill();
      }
    }
  }

  /** Of the whole run, also where the page holds a sample of it. Bursts are cut off. */
  #drawDensity(context: CanvasRenderingContext2D, palette: Palette): void {
    const { bins, ok, fail, info } = this.#board.operations.density;
    const totals = ok.map((count, bin) => count + fail[bin]! + info[bin]!);
    const busy = totals.filter((total) => total > 0).sort();
    const peak = Math.max(1, 1.15 * (busy[Math.floor(busy.length * 0.98)] ?? 1));
    const room = HEIGHT - FAULTS - 8;
    const width = this.#width / bins;
    const height = (count: number) => (count === 0 ? 0 : Math.max(1.5, Math.min(1, count / peak) * room));
    for (let bin = 0; bin < bins; bin++) {
      let y = HEIGHT;
      for (const [counts, style] of [
        [ok, palette.ok],
        [info, palette.info],
        [fail, palette.fail],
      ] as const) {
        const part = Math.min(height(counts[bin]!), y - FAULTS - 2);
        context.fillStyle = style;
        context.fillRect(bin * width, y - part, width + 0.3, part);
        y -= part;
      }
    }
  }

  #partAt(x: number): Part {
    const { from, to } = this.#board.view;
    const [x0, x1] = [this.#x(from), this.#x(to)];
    if (Math.abs(x - x1) <= GRIP && (x >= x1 || x1 - x < x - x0)) return 'end';
    if (Math.abs(x - x0) <= GRIP) return 'start';
    return x > x0 && x < x1 ? 'frame' : 'outside';
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { run, view } = this.#board.app;
    const part = this.#partAt(event.offsetX);
    const time = (x: number) => (x / this.#width) * run.end;
    const width = view.value.to - view.value.from;
    let before: Span = view.value;
    if (part === 'outside') {
      const middle = time(event.offsetX);
      before = within({ from: middle - width / 2, to: middle + width / 2 }, run.end);
      view.set({ from: before.from, to: before.to });
    }
    const start = event.offsetX;
    const drag = (moved: PointerEvent) => {
      const by = time(moved.offsetX - start);
      const span = DRAGS[part](before, by);
      if (span.to > span.from) {
        const { from, to } = within(span, run.end);
        view.set({ from, to });
      }
    };
    this.node.setPointerCapture(event.pointerId);
    this.node.addEventListener('pointermove', drag);
    this.node.addEventListener('lostpointercapture', () => this.node.removeEventListener('pointermove', drag), {
      once: true,
    });
  }
}

type Part = 'start' | 'end' | 'frame' | 'outside';

const CURSORS: Readonly<Record<Part, string>> = {
  start: 'ew-resize',
  end: 'ew-resize',
  frame: 'grab',
  outside: 'crosshair',
};

const both = ({ from, to }: Span, by: number): Span => ({ from: from + by, to: to + by });
const DRAGS: Readonly<Record<Part, (span: Span, by: number) => Span>> = {
  start: ({ from, to }, by) => ({ from: Math.max(0, from + by), to }),
  end: ({ from, to }, by) => ({ from, to: to + by }),
  frame: both,
  outside: both,
};
