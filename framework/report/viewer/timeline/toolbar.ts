// The timeline's controls: lanes, zoom, places of anomalies, filters as chips, and the search box.
import { OUTCOME_NAMES } from '../../page/operations.js';
import { duration } from '../../time-text.js';
import { EVERYTHING, type Filter } from '../app.js';
import { element } from '../dom.js';
import type { Actions } from './actions.js';
import type { Board } from './board.js';
import { matches, queryOf } from './find.js';
import { instantText } from './words.js';

/** Longer lists are reached by the search box alone. */
const MOST_OPTIONS = 1000;

const FIELDS = [
  ['keys', 'key'],
  ['processes', 'process'],
  ['functions', 'function'],
  ['outcomes', 'outcome'],
  ['nodes', 'node'],
] as const satisfies readonly (readonly [keyof Filter, string])[];

export class Toolbar {
  readonly node: HTMLElement;
  readonly search = element('input', {
    type: 'search',
    placeholder: 'Find a value, an error, key:3 …',
    'aria-label': 'Find operations: text, or key: process: node: function: outcome: to filter',
  });
  readonly #board: Board;
  readonly #actions: Actions;
  readonly #say: (text: string) => void;
  readonly #chips = element('span', { class: 'tl-chips' });
  readonly #range = element('span', { class: 'tl-range' });
  readonly #lanes: readonly HTMLInputElement[];

  constructor(board: Board, actions: Actions, help: () => void, say: (text: string) => void) {
    this.#board = board;
    this.#actions = actions;
    this.#say = say;
    this.#lanes = (['process', 'node'] as const).map((lanes) => this.#radio(lanes));
    this.node = element(
      'div',
      { class: 'tl-tools' },
      element(
        'div',
        { class: 'tl-row' },
        element(
          'fieldset',
          { class: 'tl-lanes' },
          element('legend', {}, 'Lanes'),
          ...this.#lanes.map((radio) => element('label', {}, radio, ` by ${radio.value}`)),
        ),
        ...this.#buttons(help),
        this.#range,
      ),
      element(
        'div',
        { class: 'tl-row' },
        this.search,
        ...FIELDS.map(([field, name]) => this.#chooser(field, name)),
        this.#chips,
      ),
    );
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#find(event.shiftKey ? -1 : 1);
    });
    this.update();
  }

  /** Shows the view as it is now. */
  update(): void {
    const { view } = this.#board;
    for (const radio of this.#lanes) radio.checked = radio.value === view.lanes;
    this.#range.textContent = `${instantText(this.#board, view.from)} – ${instantText(this.#board, view.to)} (${duration(view.to - view.from)})`;
  }

  updateChips(): void {
    const { filter } = this.#board.view;
    const chips = FIELDS.flatMap(([field, name]) => filter[field].map((choice) => this.#chip(field, name, choice)));
    if (chips.length > 0)
      chips.push(this.#button('Show all', 'Remove every filter', () => this.#actions.filter(EVERYTHING)));
    const shown = filter === EVERYTHING ? null : `${this.#board.shownCount} of ${this.#board.operations.count} shown`;
    this.#chips.replaceChildren(...chips, ...(shown === null ? [] : [element('span', { class: 'faint' }, shown)]));
  }

  switchLanes(): void {
    const lanes = this.#board.view.lanes === 'node' ? 'process' : 'node';
    this.#board.app.view.set({ lanes });
    this.#say(`Lanes by ${lanes}.`);
  }

  #radio(lanes: 'process' | 'node'): HTMLInputElement {
    const radio = element('input', { type: 'radio', name: 'tl-lanes', value: lanes });
    radio.addEventListener('change', () => this.#board.app.view.set({ lanes }));
    return radio;
  }

  #buttons(help: () => void): HTMLElement[] {
    const { run } = this.#board.app;
    const buttons = [
      this.#button('+', 'Zoom in', () => this.#actions.zoom(0.5)),
      this.#button('−', 'Zoom out', () => this.#actions.zoom(2)),
      this.#button('Whole run', null, () => this.#actions.whole()),
    ];
    if (run.anomalies.length > 0)
      buttons.push(this.#button('Anomaly', 'Jump to the anomaly', () => this.#actions.anomaly()));
    if (this.#actions.places > 1)
      buttons.push(this.#button('Next place', 'The next place of an anomaly', () => this.#actions.nextPlace(1)));
    const key = run.anomalies[0]?.key ?? null;
    if (key !== null && this.#board.operations.keys.length > 1 && this.#board.operations.keys.includes(key)) {
      buttons.push(this.#button(`Only key ${key}`, null, () => this.#actions.filter({ keys: [key] })));
    }
    return [...buttons, this.#button('?', 'Keys of the timeline', help)];
  }

  #button(text: string, label: string | null, act: () => void): HTMLButtonElement {
    const button = element('button', { type: 'button', 'aria-label': label, title: label }, text);
    button.addEventListener('click', act);
    return button;
  }

  #chooser(field: keyof Filter, name: string): HTMLElement {
    const select = element('select', { 'aria-label': `Filter by ${name}` }, element('option', { value: '' }, name));
    for (const choice of this.#choices(field))
      select.append(element('option', { value: String(choice) }, String(choice)));
    select.addEventListener('change', () => {
      const choice = field === 'processes' ? Number(select.value) : select.value;
      select.selectedIndex = 0;
      const chosen: readonly (string | number)[] = this.#board.view.filter[field];
      this.#actions.filter({ [field]: [...new Set([...chosen, choice])] });
    });
    return select;
  }

  #choices(field: keyof Filter): readonly (string | number)[] {
    const { operations } = this.#board;
    if (field === 'outcomes') return OUTCOME_NAMES;
    if (field !== 'processes') return [...new Set<string>(operations[field])].slice(0, MOST_OPTIONS);
    return [...new Set(operations.process)].sort((a, b) => a - b).slice(0, MOST_OPTIONS);
  }

  #chip(field: keyof Filter, name: string, choice: string | number): HTMLElement {
    const chip = element(
      'button',
      { type: 'button', class: 'tl-chip', 'aria-label': `Remove the filter ${name} ${choice}` },
      `${name} `,
      element('bdi', {}, String(choice)),
      ' ×',
    );
    chip.addEventListener('click', () => {
      const rest = (this.#board.view.filter[field] as readonly (string | number)[]).filter((other) => other !== choice);
      this.#actions.filter({ [field]: rest });
      this.search.focus();
    });
    return chip;
  }

  /** Filters at once; text selects the next operation that has it. */
  #find(step: 1 | -1): void {
    const { filter, text } = queryOf(this.search.value, this.#board.operations, this.#board.view.filter);
    if (Object.keys(filter).length > 0) {
      this.#actions.filter(filter);
      this.search.value = text;
    }
    if (text === '') return;
    const found = matches(this.#board.operations, text, (position) => this.#board.isShown(position));
    if (found.length === 0) {
      this.#say(`Nothing has “${text}”.`);
      return;
    }
    const { selected } = this.#board;
    const next =
      step > 0
        ? found.findIndex((position) => position > selected)
        : found.findLastIndex((position) => position < selected);
    const turn = next < 0 ? (step > 0 ? 0 : found.length - 1) : next;
    this.#actions.select(found[turn]!);
    this.#say(`${turn + 1} of ${found.length} with “${text}”.`);
  }
}
