// The keys of the timeline, as data: what is pressed, what it does, and how the help says it. Letters are Perfetto's where it has them.
import type { Nanoseconds } from '../../../contracts/time.js';
import type { Actions } from './actions.js';

interface Key {
  /** As `KeyboardEvent.key` has them, in lower case; `shift+` in front where it matters. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly means: string;
  /** `time`: where the pointer is. */
  readonly does: (actions: Actions, time: Nanoseconds | undefined) => void;
}

export const KEYS: readonly Key[] = [
  { keys: ['w', '+', '='], shown: 'W +', means: 'zoom in', does: (actions, time) => actions.zoom(0.6, time) },
  { keys: ['s', '-', '_'], shown: 'S −', means: 'zoom out', does: (actions, time) => actions.zoom(1 / 0.6, time) },
  { keys: ['a', 'shift+arrowleft'], shown: 'A ⇧←', means: 'move left', does: (actions) => actions.pan(-0.15) },
  { keys: ['d', 'shift+arrowright'], shown: 'D ⇧→', means: 'move right', does: (actions) => actions.pan(0.15) },
  { keys: ['home'], shown: 'Home', means: 'to the beginning of the run', does: (actions) => actions.edge(false) },
  { keys: ['end'], shown: 'End', means: 'to the end of the run', does: (actions) => actions.edge(true) },
  { keys: ['0'], shown: '0', means: 'the whole run', does: (actions) => actions.whole() },
  { keys: ['f'], shown: 'F', means: 'fit the selected operation, or the anomaly', does: (actions) => actions.fit() },
  { keys: ['j'], shown: 'J', means: 'jump to the anomaly', does: (actions) => actions.anomaly() },
  { keys: ['n'], shown: 'N', means: 'the next place of an anomaly', does: (actions) => actions.nextPlace(1) },
  { keys: ['shift+n'], shown: '⇧N', means: 'the previous place', does: (actions) => actions.nextPlace(-1) },
  { keys: ['arrowright'], shown: '→', means: 'the next operation of the lane', does: (actions) => actions.step(1) },
  { keys: ['arrowleft'], shown: '←', means: 'the previous operation of the lane', does: (actions) => actions.step(-1) },
  { keys: ['arrowdown'], shown: '↓', means: 'the lane below', does: (actions) => actions.otherLane(1) },
  { keys: ['arrowup'], shown: '↑', means: 'the lane above', does: (actions) => actions.otherLane(-1) },
  {
    keys: [']'],
    shown: ']',
    means: 'the next operation of the process',
    does: (actions) => actions.same('process', 1),
  },
  { keys: ['['], shown: '[', means: 'the previous one of the process', does: (actions) => actions.same('process', -1) },
  { keys: ['.'], shown: '.', means: 'the next operation on the key', does: (actions) => actions.same('key', 1) },
  { keys: [','], shown: ',', means: 'the previous one on the key', does: (actions) => actions.same('key', -1) },
  { keys: ['escape'], shown: 'Esc', means: 'select nothing', does: (actions) => actions.deselect() },
];

/** Those that the help lists beside the table. */
export const OTHERS: readonly (readonly [shown: string, means: string])[] = [
  ['L', 'lanes by process or by node'],
  ['/', 'search'],
  ['?', 'this help'],
  ['wheel', 'zoom, once the timeline has been clicked; with Ctrl always; with ⇧ it moves'],
  ['drag', 'move; on the small picture of the run: choose what is in sight'],
  ['double-click', 'fit an operation'],
];

/** The key's action; undefined: it has none. Keys with Ctrl, Alt or ⌘ belong to the browser. */
export function keyFor(event: KeyboardEvent): Key | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const name = event.key.toLowerCase();
  const shifted = `shift+${name}`;
  const exact = event.shiftKey ? KEYS.find(({ keys }) => keys.includes(shifted)) : undefined;
  return exact ?? KEYS.find(({ keys }) => keys.includes(name));
}
