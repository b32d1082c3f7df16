// What charts with a stretch of their own have above them: which it is, and the way back to the whole run.
import { digitsFor, instant } from '../../time-text.js';
import { element } from '../dom.js';
import type { Stretch } from './stretch.js';

export function button(text: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', act);
  return made;
}

/** The stretch in words, and the button to the whole run; both follow it. */
export function stretchTools(stretch: Stretch): HTMLElement[] {
  const shown = element('span', { class: 'shown' });
  const reset = button('Whole run', () => stretch.reset());
  const tell = () => {
    const { from, to } = stretch.shown.value;
    const digits = digitsFor(to - from);
    shown.textContent = `${instant(from, digits)} to ${instant(to, digits)}`;
    reset.disabled = stretch.whole;
  };
  stretch.shown.listen(tell);
  tell();
  return [shown, reset];
}
