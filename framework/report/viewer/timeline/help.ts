// The keys of the timeline in a dialog.
import { element } from '../dom.js';
import { KEYS, OTHERS } from './keys.js';

export function helpDialog(): HTMLDialogElement {
  const rows = [...KEYS.map(({ shown, means }) => [shown, means] as const), ...OTHERS];
  const close = element('button', { type: 'button' }, 'Close');
  const dialog = element(
    'dialog',
    { class: 'tl-help', 'aria-labelledby': 'tl-help-title' },
    element('h3', { id: 'tl-help-title' }, 'The timeline by keyboard and pointer'),
    element(
      'dl',
      {},
      ...rows.flatMap(([shown, means]) => [element('dt', {}, keysOf(shown)), element('dd', {}, means)]),
    ),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function keysOf(shown: string): HTMLElement {
  return element('span', {}, ...shown.split(' ').flatMap((key) => [element('kbd', {}, key), ' ']));
}
