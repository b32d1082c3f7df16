// Says what each line is, with its value where the pointer is, and switches it on and off; with the keyboard, too.
import { element } from '../dom.js';

export interface Entry {
  name: string;
  /** A custom property of the style: `ok` is `--ok`. */
  colour: string;
  /** A line drawn like this (`[]`: solid), or a mark. */
  look: readonly number[] | string;
  shown: boolean;
}

export interface Legend {
  readonly root: HTMLElement;
  /** In the order of the entries; null: none. */
  show(values: readonly (string | null)[]): void;
}

export function legend(
  label: string,
  entries: readonly Entry[],
  onSwitch: (position: number, shown: boolean) => void,
): Legend {
  const values = entries.map(() => element('span', { class: 'value' }));
  const buttons = entries.map(({ name, look, colour, shown }, position) => {
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(shown) },
      swatch(look, colour),
      element('bdi', {}, name),
      values[position]!,
    );
    button.addEventListener('click', () => {
      const now = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(now));
      onSwitch(position, now);
    });
    return button;
  });
  return {
    root: element('div', { class: 'switches', role: 'group', 'aria-label': label }, ...buttons),
    show: (texts) => {
      values.forEach((value, position) => {
        value.textContent = texts[position] ?? '';
      });
    },
  };
}

const SVG = 'http://www.w3.org/2000/svg';

function swatch(look: Entry['look'], colour: string): Node {
  if (typeof look === 'string') {
    const mark = element('span', { class: 'mark', 'aria-hidden': 'true' }, look);
    mark.style.color = `var(--${colour})`;
    return mark;
  }
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 26 8');
  picture.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', 'M0 4H26');
  line.setAttribute('stroke-width', '2.5');
  line.setAttribute('stroke-dasharray', look.join(' '));
  line.style.stroke = `var(--${colour})`;
  picture.append(line);
  return picture;
}
