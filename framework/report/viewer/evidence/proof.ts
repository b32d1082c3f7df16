// The few operations that prove an anomaly: what belongs together is marked together, and each leads to the timeline.
import type { App } from '../app.js';
import { showOnTimeline } from '../to-timeline.js';

/** `root` holds the picture, the steps of the argument and the table; all name operations by number, in `data-numbers`. */
export function showProof(root: HTMLElement, app: App): void {
  const svg = root.querySelector('svg');
  if (svg === null) return;
  const related = [...root.querySelectorAll<HTMLElement | SVGElement>('[data-numbers]')];
  const mark = (numbers: readonly string[]) => {
    for (const one of related)
      one.classList.toggle(
        'here',
        numbersOf(one).some((number) => numbers.includes(number)),
      );
  };
  const pointed = (event: Event) => {
    const found =
      event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>('[data-numbers]') : null;
    mark(found === null ? [] : numbersOf(found));
  };
  for (const name of ['pointerover', 'focusin']) root.addEventListener(name, pointed);
  for (const name of ['pointerleave', 'focusout']) root.addEventListener(name, () => mark([]));
  svg.setAttribute('role', 'group');
  for (const operation of svg.querySelectorAll<SVGElement>('.witness')) leadToTimeline(operation, app);
}

function numbersOf(one: HTMLElement | SVGElement): string[] {
  return (one.dataset['numbers'] ?? '').split(' ');
}

function leadToTimeline(operation: SVGElement, app: App): void {
  const { row, invoked, completed, numbers } = operation.dataset;
  const bar = operation.querySelector('.op')!;
  const about = (bar.querySelector('title')?.textContent ?? '').replaceAll('\n', ', ');
  bar.setAttribute('role', 'button');
  bar.setAttribute('tabindex', '0');
  bar.setAttribute('aria-label', `${numbers}: ${about}. Show on the timeline`);
  const go = () => {
    const end = completed === undefined ? null : Number(completed);
    showOnTimeline(app, { row: Number(row), invoked: Number(invoked), completed: end });
  };
  bar.addEventListener('click', go);
  bar.addEventListener('keydown', (event) => {
    const { key } = event as KeyboardEvent;
    if (key !== 'Enter' && key !== ' ') return;
    event.preventDefault();
    go();
  });
}
