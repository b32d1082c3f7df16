// The operations and faults in sight as tables: what the picture shows, for those who cannot see it. Made only while it is open.

import { NONE, valueAt } from '../../page/operations.js';
import { duration } from '../../time-text.js';
import { element } from '../dom.js';
import type { Actions } from './actions.js';
import type { Board } from './board.js';
import { faultFacts, faultsWithin, instantText, outcomeAt } from './words.js';

const MOST = 200;
const PAUSE_MS = 250;

export class SightTable {
  readonly node: HTMLDetailsElement;
  readonly #place = element('div');
  readonly #board: Board;
  readonly #actions: Actions;
  #timer: number | undefined;

  constructor(board: Board, actions: Actions) {
    this.#board = board;
    this.#actions = actions;
    this.node = element(
      'details',
      { class: 'tl-sight' },
      element('summary', {}, 'The operations and faults in sight as tables'),
      this.#place,
    );
    this.node.addEventListener('toggle', () => this.#show());
    board.app.view.listen(() => this.#later());
  }

  #later(): void {
    if (!this.node.open) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(), PAUSE_MS);
  }

  #show(): void {
    this.#place.replaceChildren();
    if (!this.node.open) return;
    const { positions, count } = this.#board.inSight(MOST);
    const notice =
      count > positions.length
        ? `${positions.length} of ${count} operations in sight: the first and those of the evidence. Zoom in for the others.`
        : '';
    this.#place.append(
      table(
        'Operations in sight',
        OPERATION_COLUMNS,
        positions.map((i) => this.#operation(i)),
      ),
      element('p', { class: 'note' }, notice),
      this.#faults(),
    );
  }

  #operation(i: number): (string | Node)[] {
    const { operations } = this.#board;
    const { process, node, nodes, functions, f, key, keys, invoked, completed } = operations;
    const number = this.#board.numberOf(i);
    const choose = element('button', { type: 'button' }, number > 0 ? `${number}` : 'select');
    choose.addEventListener('click', () => this.#actions.select(i));
    const never = Number.isNaN(completed[i]);
    const outcome = outcomeAt(operations, i);
    return [
      choose,
      String(process[i]),
      node[i] === NONE ? '' : nodes[node[i]!]!,
      functions[f[i]!]!,
      key[i] === NONE ? '' : keys[key[i]!]!,
      element('code', {}, valueAt(operations, i)),
      element('span', { class: `outcome ${outcome}` }, outcome),
      instantText(this.#board, invoked[i]!),
      never ? 'never ended' : duration(completed[i]! - invoked[i]!),
    ];
  }

  #faults(): HTMLElement {
    const { from, to } = this.#board.view;
    const faults = faultsWithin(this.#board.app.run, from, to);
    if (faults.length === 0) return element('p', { class: 'note' }, 'No fault is in sight.');
    const rows = faults.slice(0, MOST).map((fault) => {
      const facts = new Map(faultFacts(fault));
      const of = (name: string) => facts.get(name) ?? '';
      return [fault.name, fault.what, of('requested'), of('in force'), of('healing requested'), of('healed')];
    });
    return table('Faults in sight', FAULT_COLUMNS, rows);
  }
}

const OPERATION_COLUMNS = ['', 'process', 'node', 'function', 'key', 'value', 'outcome', 'invoked', 'took'];
const FAULT_COLUMNS = ['fault', 'what', 'requested', 'in force', 'healing requested', 'healed'];

function table(caption: string, columns: readonly string[], rows: readonly (string | Node)[][]): HTMLElement {
  const head = columns.map((title) => (title === '' ? element('td', {}) : element('th', { scope: 'col' }, title)));
  const body = rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))));
  return element(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}
