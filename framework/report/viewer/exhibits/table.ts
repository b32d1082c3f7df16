// Tables that are sorted by any column, with ways to the operations that they name.
import type { Column, TableCell } from '../../../contracts/exhibit.js';
import { visible } from '../../text.js';
import { digitsFor, instant } from '../../time-text.js';
import type { App } from '../app.js';
import { element } from '../dom.js';
import { valueText } from './heights.js';
import { showOperation } from './operation.js';

type Cells = readonly TableCell[];

export function tableView(app: App, caption: string, columns: readonly Column[], rows: readonly Cells[]): HTMLElement {
  const body = element('tbody');
  const digits = digitsFor(app.run.end / 100);
  const fill = (sorted: readonly Cells[]) => {
    body.replaceChildren(
      ...sorted.map((row) =>
        element('tr', {}, ...columns.map((column, i) => cellOf(app, column, row[i] ?? null, digits))),
      ),
    );
  };
  const heads = columns.map((column, i) => {
    const button = element('button', { type: 'button' }, visible(column.title));
    const head = element('th', { scope: 'col', class: isNumber(column) ? 'n' : null }, button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      fill(sortedBy(rows, i, down));
    });
    return head;
  });
  fill(rows);
  return element(
    'div',
    { class: 'wide rows', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, ...heads)), body),
  );
}

const isNumber = ({ numeric, shows }: Column) => numeric === true || shows !== undefined;

/** Numbers before texts; what is missing stays last. Rows that are alike stay in order. */
function sortedBy(rows: readonly Cells[], at: number, down: boolean): Cells[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const a = one[at] ?? null;
    const b = other[at] ?? null;
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a !== typeof b) return typeof a === 'number' ? -sign : sign;
    return a < b ? -sign : a > b ? sign : 0;
  });
}

function cellOf(app: App, column: Column, value: TableCell, digits: number): HTMLElement {
  const attributes = { class: isNumber(column) ? 'n' : null };
  if (value === null) return element('td', attributes);
  if (typeof value === 'string') return element('td', attributes, element('bdi', {}, visible(value)));
  if (column.shows === 'instant') return element('td', attributes, instant(value, digits));
  if (column.shows !== 'operation') return element('td', attributes, valueText(value));
  const button = element('button', { type: 'button', class: 'to-operation' }, `show ${value}`);
  button.setAttribute('aria-label', `show ${value} on the timeline`);
  button.addEventListener('click', () => void showOperation(app, value));
  return element('td', attributes, button);
}
