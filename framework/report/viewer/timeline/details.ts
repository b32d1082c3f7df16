// Everything about the selected operation or fault, beside the picture.

import { askedText, gotText, lastInstant, NONE } from '../../page/operations.js';
import type { PageFault } from '../../page/run.js';
import { duration, instant } from '../../time-text.js';
import type { LogLine } from '../app.js';
import { element } from '../dom.js';
import type { Actions } from './actions.js';
import type { Board } from './board.js';
import { faultFacts, faultsWithin, headline, leaderAt, MEANING, outcomeAt } from './words.js';

const MOST_FAULTS = 8;
const MOST_LINES = 60;
/** Before and after an operation: what led to it was often logged a little earlier. */
const AROUND = 50_000_000;

type Fact = readonly [name: string, value: string | Node | null];

export class Details {
  readonly node = element('div', { class: 'tl-details' });
  readonly #board: Board;
  readonly #actions: Actions;
  #turn = 0;

  constructor(board: Board, actions: Actions) {
    this.#board = board;
    this.#actions = actions;
    board.app.logs.listen(() => this.showSelected());
  }

  showSelected(): void {
    this.#turn++;
    const { selected, view } = this.#board;
    if (selected >= 0) this.#showOperation(selected);
    else if (view.operation === null) {
      this.node.replaceChildren(
        element('p', { class: 'note' }, 'Select an operation or a fault to see everything about it.'),
      );
    } else {
      const why = `Operation ${view.operation} is not in this page: of a long run it holds a sample. It is in history.jsonl.`;
      this.node.replaceChildren(element('p', { class: 'note' }, why));
    }
  }

  showFault(fault: PageFault): void {
    this.#turn++;
    this.node.replaceChildren(
      element('h3', {}, `${fault.name} `, element('bdi', {}, fault.what)),
      factList(faultFacts(fault)),
    );
  }

  #showOperation(i: number): void {
    const { operations, app } = this.#board;
    const outcome = outcomeAt(operations, i);
    const number = this.#board.numberOf(i);
    const proof = number === 0 ? null : element('span', { class: 'badge' }, String(number));
    const left = element(
      'div',
      {},
      element(
        'h3',
        {},
        proof,
        proof === null ? '' : ' ',
        element('bdi', {}, headline(operations, i)),
        ' ',
        element('span', { class: `outcome ${outcome}` }, outcome),
      ),
      factList(this.#facts(i)),
      this.#walks(i),
    );
    const logs = element('div', { class: 'tl-logs' });
    this.node.replaceChildren(left, element('div', {}, this.#faults(i), logs));
    void this.#showLogs(i, logs, this.#turn, app.logs.value.lines);
  }

  #facts(i: number): Fact[] {
    const { operations, app } = this.#board;
    const { invoked, completed, node, key, error, row, process, texts, nodes, keys } = operations;
    const outcome = outcomeAt(operations, i);
    const asked = askedText(operations, i);
    const got = gotText(operations, i);
    const never = Number.isNaN(completed[i]);
    return [
      ['asked', asked === '' ? null : element('code', {}, asked)],
      ['returned', outcome !== 'ok' ? null : element('code', {}, got === '' ? 'null' : got)],
      ['outcome', `${outcome}: ${MEANING[outcome]}`],
      ['error', error[i] === NONE ? null : element('bdi', {}, texts[error[i]!]!)],
      ['invoked', instant(invoked[i]!, 9)],
      ['completed', never ? 'never' : instant(completed[i]!, 9)],
      ['took', never ? null : duration(completed[i]! - invoked[i]!)],
      ['key', key[i] === NONE ? null : element('bdi', {}, keys[key[i]!]!)],
      ['process', String(process[i])],
      ['node', node[i] === NONE ? null : element('bdi', {}, nodes[node[i]!]!)],
      ['leader', leaderAt(app.run, invoked[i]!)],
      ['event', `${row[i]} of history.jsonl`],
    ];
  }

  #walks(i: number): HTMLElement {
    const { operations } = this.#board;
    const button = (text: string, label: string, act: () => void) => {
      const made = element('button', { type: 'button', 'aria-label': label }, text);
      made.addEventListener('click', act);
      return made;
    };
    const pair = (column: 'process' | 'key') => [
      button('←', `previous operation of this ${column}`, () => this.#actions.same(column, -1)),
      button('→', `next operation of this ${column}`, () => this.#actions.same(column, 1)),
    ];
    const key = operations.key[i]!;
    const keyParts =
      key === NONE
        ? []
        : [
            ' of this key ',
            ...pair('key'),
            ' ',
            button('Only this key', 'Show only this key', () =>
              this.#actions.filter({ keys: [operations.keys[key]!] }),
            ),
          ];
    return element('p', { class: 'tl-walks' }, 'of this process ', ...pair('process'), ...keyParts);
  }

  #faults(i: number): HTMLElement {
    const { operations, app } = this.#board;
    const faults = faultsWithin(app.run, operations.invoked[i]!, lastInstant(operations, i));
    if (faults.length === 0) return element('p', { class: 'note' }, 'No fault was in force meanwhile.');
    const items = faults
      .slice(0, MOST_FAULTS)
      .map((fault) =>
        element(
          'li',
          {},
          element('strong', {}, fault.name),
          ' ',
          element('bdi', {}, fault.what),
          element('br'),
          element(
            'span',
            { class: 'faint' },
            `${instant(fault.from)} to ${fault.healed ? instant(fault.to) : 'the end, never healed'}`,
          ),
        ),
      );
    const more = faults.length - items.length;
    return element(
      'div',
      {},
      element('h4', {}, 'Faults in force meanwhile'),
      element('ul', { class: 'faults' }, ...items),
      more > 0 ? element('p', { class: 'note' }, `and ${more} more`) : null,
    );
  }

  async #showLogs(i: number, place: HTMLElement, turn: number, lines: App['logs']['value']['lines']): Promise<void> {
    const { operations } = this.#board;
    const node = operations.nodes[operations.node[i]!];
    if (lines === null || node === undefined) return;
    const found = await lines(node, operations.invoked[i]! - AROUND, lastInstant(operations, i) + AROUND, MOST_LINES);
    if (turn !== this.#turn) return;
    place.replaceChildren(element('h4', {}, `Log of ${node} meanwhile, and 50 ms around it`), logList(found));
  }
}

type App = Board['app'];

function factList(facts: readonly Fact[]): HTMLElement {
  const items = facts.flatMap(([name, value]) =>
    value === null ? [] : [element('dt', {}, name), element('dd', {}, value)],
  );
  return element('dl', { class: 'facts' }, ...items);
}

function logList(lines: readonly LogLine[]): HTMLElement {
  if (lines.length === 0) return element('p', { class: 'note' }, 'It wrote nothing.');
  const text = lines.map(({ time, text }) => `${instant(time, 6)}  ${text}`).join('\n');
  const more = lines.length === MOST_LINES ? '\n…' : '';
  return element('pre', { tabindex: 0, 'aria-label': 'Log lines' }, `${text}${more}`);
}
