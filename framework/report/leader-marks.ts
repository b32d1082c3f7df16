// Changes of leader as vertical marks, named where there is room.
import type { Nanoseconds } from '../contracts/time.js';
import { type Html, html } from './html.js';
import { type LeaderChange, leaderText } from './leaders.js';
import { label, px, textWidth } from './plot.js';
import { clipShort } from './text.js';
import { instant } from './time-text.js';

/** `nameY`: where names stand; nothing is written beyond `right`. */
export function leaderMarks(
  changes: readonly LeaderChange[],
  xOf: (time: Nanoseconds) => number,
  top: number,
  bottom: number,
  nameY: number,
  right: number,
): Html {
  let free = 0;
  const marks = changes.map((change) => {
    const x = xOf(change.time);
    const name = `${clipShort(leaderText(change), 24)} leads`;
    const start = Math.min(x + 3, right - textWidth(name));
    const named = start >= free;
    if (named) free = start + textWidth(name) + 8;
    return html`<path class="leader" d="M${px(x)} ${px(top)}V${px(bottom)}"><title>${leaderText(change)} leads from ${instant(change.time, 6)}</title></path>${named ? label(start, nameY, name, 'leader-name') : ''}`;
  });
  return html`${marks}`;
}
