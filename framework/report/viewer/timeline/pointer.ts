// Wheel, drag and touch on the timeline's canvas.
import type { Nanoseconds } from '../../../contracts/time.js';
import type { Actions } from './actions.js';
import type { Board } from './board.js';
import { type Hit, hitAt } from './hit.js';
import { type Scene, timeAt } from './scene.js';
import { moved } from './span.js';

/** Less is a click. */
const DRAG = 4;

export interface PointerPart {
  readonly canvas: HTMLCanvasElement;
  readonly board: Board;
  readonly actions: Actions;
  readonly scene: () => Scene;
  readonly hover: (hit: Hit | null, event: PointerEvent) => void;
  readonly choose: (hit: Hit | null) => void;
  /** Says that the wheel needs Ctrl, or a click before. */
  readonly hint: () => void;
  readonly redraw: () => void;
}

export function followPointer(part: PointerPart): void {
  const { canvas, board, actions } = part;
  const { app } = board;
  const time = (event: MouseEvent): Nanoseconds => timeAt(part.scene(), event.offsetX);
  canvas.addEventListener('wheel', (event) => turn(part, event, time(event)), { passive: false });
  canvas.addEventListener('pointermove', (event) => {
    if (event.buttons !== 0) return;
    app.cursor.set({ time: time(event) });
    part.hover(hitAt(part.scene(), event.offsetX, event.offsetY), event);
  });
  canvas.addEventListener('pointerleave', (event) => {
    app.cursor.set({ time: null });
    part.hover(null, event);
  });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button === 0) drag(part, event);
  });
  canvas.addEventListener('dblclick', () => actions.fit());
  pinch(part);
}

/** The page scrolls as usual until the timeline was clicked; with Ctrl the wheel always zooms, sideways it always moves. */
function turn({ canvas, actions, hint }: PointerPart, event: WheelEvent, time: Nanoseconds): void {
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    actions.pan((sideways * lines) / canvas.clientWidth);
  } else if (event.ctrlKey || event.metaKey || document.activeElement === canvas) {
    event.preventDefault();
    const by = Math.max(-120, Math.min(120, event.deltaY * lines));
    actions.zoom(1.0035 ** by, time);
  } else hint();
}

function drag(part: PointerPart, down: PointerEvent): void {
  const { canvas, board } = part;
  const { app } = board;
  const before = app.view.value;
  const scroll = board.scroll;
  const layout = part.scene().layout;
  const perPixel = (before.to - before.from) / (layout.right - layout.left);
  let far = false;
  const move = (event: PointerEvent) => {
    const [x, y] = [event.offsetX - down.offsetX, event.offsetY - down.offsetY];
    if (!far && Math.hypot(x, y) < DRAG) return;
    if (!far) canvas.setPointerCapture(down.pointerId);
    far = true;
    canvas.style.cursor = 'grabbing';
    const { from, to } = moved(before, -x * perPixel, app.run.end);
    board.scrollTo(scroll - y);
    app.view.set({ from, to });
    part.redraw();
  };
  const up = () => {
    canvas.removeEventListener('pointermove', move);
    removeEventListener('pointerup', up);
    removeEventListener('pointercancel', up);
    canvas.style.cursor = '';
    if (!far) part.choose(hitAt(part.scene(), down.offsetX, down.offsetY));
  };
  canvas.addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', up);
}

/** Two fingers zoom; one scrolls the page up and down, and moves the timeline sideways. */
function pinch({ canvas, actions, scene }: PointerPart): void {
  let before = 0;
  const apart = ({ touches }: TouchEvent) => Math.abs(touches[0]!.clientX - touches[1]!.clientX);
  canvas.addEventListener(
    'touchmove',
    (event) => {
      if (event.touches.length !== 2) return;
      event.preventDefault();
      const now = Math.max(1, apart(event));
      if (before > 0) {
        const middle =
          (event.touches[0]!.clientX + event.touches[1]!.clientX) / 2 - canvas.getBoundingClientRect().left;
        actions.zoom(before / now, timeAt(scene(), middle));
      }
      before = now;
    },
    { passive: false },
  );
  canvas.addEventListener('touchend', () => {
    before = 0;
  });
}
