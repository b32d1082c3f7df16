// What is searched for, and which nodes and levels are shown.
import { LEVELS, type LogSource } from '../../page/logs.js';
import { element } from '../dom.js';
import { patternSearch, type Search, textSearch } from './pattern.js';

export interface Controls {
  readonly root: HTMLElement;
  readonly status: HTMLElement;
  /** What it says now. */
  state(): ControlState;
  follows(): boolean;
}

export interface ControlState {
  readonly search: Search | null;
  readonly sources: readonly boolean[];
  readonly level: number;
  /** Only what the timeline shows. */
  readonly inSight: boolean;
}

const WAIT = 120;

/** `order`: nodes as the run names them; what else has lines comes behind them. */
export function controls(sources: readonly LogSource[], order: readonly string[], onChange: () => void): Controls {
  const field = element('input', {
    type: 'search',
    'aria-label': 'Search the logs',
    placeholder: 'Search',
    spellcheck: 'false',
    maxlength: '200',
  });
  const pattern = check('regular expression');
  const inSight = check('only what the timeline shows');
  const follow = check('scroll with the timeline', true);
  const level = element(
    'select',
    { 'aria-label': 'Least level' },
    ...LEVELS.slice(1).map((name, i) =>
      element('option', { value: i + 1 }, i === 0 ? 'all levels' : i === 3 ? 'errors' : `${name} and worse`),
    ),
  );
  const problem = element('span', { class: 'problem', role: 'alert' });
  const status = element('span', { class: 'status', role: 'status' });
  const present = new Set(sources.map(({ node }) => node));
  const nodes = [...new Set([...order, ...present])].filter((node) => present.has(node));
  const chips = [
    ...nodes.map((node) => chip(node, onChange)),
    ...(sources.some(({ path }) => path === null) ? [chip('events', onChange)] : []),
  ];
  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, WAIT);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || field.value === '') return;
    field.value = '';
    onChange();
  });
  for (const control of [pattern.box, inSight.box, level]) control.addEventListener('change', onChange);
  const search = (): Search | null => {
    problem.textContent = '';
    if (field.value === '') return null;
    if (!pattern.box.checked) return textSearch(field.value);
    const made = patternSearch(field.value);
    if (typeof made !== 'string') return made;
    problem.textContent = made;
    return null;
  };
  return {
    root: element(
      'div',
      { class: 'log-tools', role: 'search', 'aria-label': 'Logs' },
      field,
      pattern.label,
      level,
      element('div', { class: 'switches', role: 'group', 'aria-label': 'Nodes' }, ...chips),
      inSight.label,
      follow.label,
      status,
      problem,
    ),
    status,
    state: () => {
      const on = chips.map((one) => one.getAttribute('aria-pressed') === 'true');
      const shown = new Map(nodes.map((node, i) => [node, on[i]!]));
      const events = chips.length === nodes.length || on[nodes.length]!;
      return {
        search: search(),
        sources: sources.map(({ node, path }) => shown.get(node)! && (path !== null || events)),
        level: Number(level.value),
        inSight: inSight.box.checked,
      };
    },
    follows: () => follow.box.checked,
  };
}

function check(text: string, checked = false): { label: HTMLElement; box: HTMLInputElement } {
  const box = element('input', { type: 'checkbox', checked });
  return { label: element('label', {}, box, ` ${text}`), box };
}

function chip(text: string, onChange: () => void): HTMLElement {
  const made = element('button', { type: 'button', 'aria-pressed': 'true' }, element('bdi', {}, text));
  made.addEventListener('click', () => {
    made.setAttribute('aria-pressed', String(made.getAttribute('aria-pressed') !== 'true'));
    onChange();
  });
  return made;
}
