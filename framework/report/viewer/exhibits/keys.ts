// Charts of checks by keyboard: from mark to mark, among those that are wrong, closer and back.
import type { Mark } from './drawing.js';
import type { Picture } from './picture.js';

const CLOSER = 0.5;

export function listenToKeys(picture: Picture): void {
  const { frame, app, stretch, drawing } = picture;
  let at = -1;
  const show = (position: number) => {
    const mark = drawing.marks[position];
    if (mark === undefined) return;
    at = position;
    const { from, to } = stretch.shown.value;
    if (mark.to < from || mark.time > to) stretch.show(mark.time - (to - from) / 2, mark.time + (to - from) / 2);
    app.cursor.set({ time: mark.time });
    picture.say(mark.time, mark, null);
  };
  const go = (step: 1 | -1, matters: (mark: Mark) => boolean) => {
    const { marks } = drawing;
    let next = at < 0 && step < 0 ? marks.length - 1 : at + step;
    while (next >= 0 && next < marks.length && !matters(marks[next]!)) next += step;
    show(next);
  };
  const around = () => app.cursor.value.time ?? (stretch.shown.value.from + stretch.shown.value.to) / 2;
  const any = () => true;
  const wrong = (mark: Mark) => mark.wrong;
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => go(-1, any),
    ArrowRight: () => go(1, any),
    ArrowUp: () => go(-1, wrong),
    ArrowDown: () => go(1, wrong),
    Home: () => show(0),
    End: () => show(drawing.marks.length - 1),
    Enter: () => picture.open(drawing.marks[at] ?? null),
    '+': () => stretch.zoom(CLOSER, around()),
    '=': () => stretch.zoom(CLOSER, around()),
    '-': () => stretch.zoom(1 / CLOSER, around()),
    Escape: () => stretch.reset(),
    '0': () => stretch.reset(),
  };
  frame.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  frame.addEventListener('blur', () => {
    at = -1;
    picture.say(null, null, null);
  });
}
