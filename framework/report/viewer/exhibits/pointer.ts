// Charts of checks by pointer: what is under it, a click leads to the operation, dragging zooms.
import { element } from '../dom.js';
import type { Picture } from './picture.js';

/** Pixels that must be dragged for a zoom: less is a click. */
const DRAGGED = 4;

export function listenToPointer(picture: Picture): void {
  const { frame, app, stretch, drawing } = picture;
  const chosen = element('div', { class: 'chosen', hidden: true });
  frame.append(chosen);
  let down: number | null = null;
  const placeOf = ({ clientX, clientY }: MouseEvent) => {
    const { left, top } = frame.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const markAt = (event: MouseEvent) => {
    const { x, y } = placeOf(event);
    return drawing.near(x, y, picture.sight);
  };
  frame.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    const { x } = place;
    const time = picture.sight.time(x);
    app.cursor.set({ time });
    picture.say(time, markAt(event), place);
    if (down === null) return;
    chosen.hidden = Math.abs(x - down) < DRAGGED;
    chosen.style.left = `${Math.min(x, down)}px`;
    chosen.style.width = `${Math.abs(x - down)}px`;
    chosen.style.height = `${picture.sight.bottom}px`;
  });
  frame.addEventListener('pointerleave', () => {
    app.cursor.set({ time: null });
    picture.say(null, null, null);
  });
  frame.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    down = placeOf(event).x;
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener('pointercancel', () => {
    down = null;
    chosen.hidden = true;
  });
  frame.addEventListener('pointerup', (event) => {
    if (down === null) return;
    const { x } = placeOf(event);
    const [from, to] = [Math.min(x, down), Math.max(x, down)];
    down = null;
    chosen.hidden = true;
    if (to - from < DRAGGED) picture.open(markAt(event));
    else stretch.show(picture.sight.time(from), picture.sight.time(to));
  });
  frame.addEventListener('dblclick', () => stretch.reset());
}
