// Charts by keyboard: the pointer goes along the bins, the stretch moves and zooms.
import type { Nanoseconds } from '../../../contracts/time.js';
import type { App } from '../app.js';
import type { Stretch } from '../charts/stretch.js';

const CLOSER = 0.6;
const PAGE = 0.5;

/** `step`: how far the pointer goes. `say` is told where the pointer is now. */
export function listenToKeys(
  frame: HTMLElement,
  app: App,
  stretch: Stretch,
  step: Nanoseconds,
  say: (time: Nanoseconds) => void,
): void {
  const pointer = () => {
    const { from, to } = stretch.shown.value;
    const time = app.cursor.value.time ?? from;
    return Math.min(to, Math.max(from, time));
  };
  const point = (time: Nanoseconds) => {
    const { from, to } = stretch.shown.value;
    if (time < from) stretch.move(-PAGE);
    if (time > to) stretch.move(PAGE);
    const now = Math.min(stretch.end, Math.max(0, time));
    app.cursor.set({ time: now });
    say(now);
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => point(pointer() - step),
    ArrowRight: () => point(pointer() + step),
    'Shift+ArrowLeft': () => stretch.move(-PAGE / 2),
    'Shift+ArrowRight': () => stretch.move(PAGE / 2),
    Home: () => point(stretch.shown.value.from),
    End: () => point(stretch.shown.value.to),
    '+': () => stretch.zoom(CLOSER, pointer()),
    '=': () => stretch.zoom(CLOSER, pointer()),
    '-': () => stretch.zoom(1 / CLOSER, pointer()),
    Escape: () => stretch.reset(),
    '0': () => stretch.reset(),
  };
  frame.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.key.startsWith('Arrow') && event.shiftKey ? `Shift+${event.key}` : event.key;
    const action = actions[name];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
