// What a search came up against: for the operation that is pointed at, focused or kept, the longest order that contains it.
import type { PageOrder, PageSearch } from '../../page/evidence.js';
import {
  illegalPoint,
  type Layout,
  layoutOf,
  lineThrough,
  nowhereSentence,
  orderSentence,
  pointsOf,
} from '../../page/search-layout.js';
import type { App } from '../app.js';
import { element } from '../dom.js';
import { showOnTimeline } from '../to-timeline.js';
import { shape } from './svg.js';

const HINT =
  'Point at an operation, or use the arrow keys there, to see the longest order with it. Click or Enter keeps it.';

/** Brings the picture to life that the page has in `root`. */
export function showOrders(root: HTMLElement, search: PageSearch, app: App): void {
  new Orders(root, search, app).show(null);
}

class Orders {
  readonly #root: HTMLElement;
  readonly #search: PageSearch;
  readonly #layout: Layout;
  /** Bars, by operation. */
  readonly #choices: readonly SVGElement[];
  readonly #timeline: HTMLButtonElement;
  readonly #release: HTMLButtonElement;
  #shown: number | null = null;
  #kept: number | null = null;

  constructor(root: HTMLElement, search: PageSearch, app: App) {
    this.#root = root;
    this.#search = search;
    this.#layout = layoutOf(search);
    this.#choices = [...root.querySelectorAll<SVGElement>('.choice .op')];
    this.#timeline = element('button', { type: 'button' }, 'Show on the timeline');
    this.#timeline.addEventListener('click', () => this.#kept !== null && showOnTimeline(app, this.#rowOf(this.#kept)));
    this.#release = element('button', { type: 'button' }, 'Show the longest again');
    this.#release.addEventListener('click', () => this.#keep(null));
    const tools = element('div', { class: 'evidence-tools' }, element('span', { class: 'note' }, HINT));
    tools.append(this.#timeline, this.#release);
    root.querySelector('.search-said')?.setAttribute('role', 'status');
    root.querySelector('.search-said')?.after(tools);
    this.#describe();
    this.#listen();
  }

  /** Null: the longest of all. */
  show(operation: number | null): void {
    const { longest, first } = this.#search;
    const own = operation === null ? first : longest[operation]!;
    this.#shown = operation;
    this.#said().textContent =
      own < 0 ? nowhereSentence(this.#search, operation!) : orderSentence(this.#search, own, operation);
    this.#draw(this.#search.orders[own < 0 ? first : own]!);
    this.#timeline.hidden = this.#kept === null;
    this.#release.hidden = this.#kept === null;
  }

  #rowOf(operation: number) {
    const { row, invoked, completed } = this.#search.operations[operation]!;
    return { row, invoked, completed };
  }

  #said(): Element {
    return this.#root.querySelector('.search-said')!;
  }

  #describe(): void {
    const svg = this.#root.querySelector('svg')!;
    svg.setAttribute('role', 'group');
    const all = svg.querySelector('.choices')!;
    all.setAttribute('role', 'listbox');
    all.setAttribute('aria-label', 'Operations around the violation');
    for (const [i, choice] of this.#choices.entries()) {
      const { outcome } = this.#search.operations[i]!;
      const name = choice.querySelector('title')?.textContent ?? outcome;
      choice.setAttribute('role', 'option');
      choice.setAttribute('aria-label', name.replaceAll('\n', ', '));
      choice.setAttribute('aria-selected', 'false');
      choice.setAttribute('tabindex', i === this.#search.stuck ? '0' : '-1');
    }
  }

  #listen(): void {
    const svg = this.#root.querySelector('svg')!;
    svg.addEventListener('pointerover', (event) => this.#kept ?? this.show(this.#at(event.target)));
    svg.addEventListener('pointerleave', () => this.show(this.#kept));
    svg.addEventListener('focusin', (event) => this.show(this.#at(event.target)));
    svg.addEventListener('focusout', () => this.show(this.#kept));
    svg.addEventListener('click', (event) => {
      const operation = this.#at(event.target);
      this.#keep(operation === this.#kept ? null : operation);
    });
    svg.addEventListener('keydown', (event) => {
      const operation = this.#at(event.target);
      if (operation === null || !this.#press(event.key, operation)) return;
      event.preventDefault();
    });
    const list = this.#root.querySelector('.search-list')!;
    list.addEventListener('pointerover', (event) => this.#mark(this.#at(event.target)));
    list.addEventListener('pointerleave', () => this.#mark(this.#shown));
  }

  #at(target: EventTarget | null): number | null {
    const found = target instanceof Element ? target.closest<SVGElement | HTMLElement>('[data-operation]') : null;
    return found === null ? null : Number(found.dataset['operation']);
  }

  /** True if the key means something here. */
  #press(key: string, operation: number): boolean {
    if (key === 'Enter' || key === ' ') this.#keep(operation === this.#kept ? null : operation);
    else if (key === 'Escape') this.#keep(null);
    else return this.#move(key, operation);
    return true;
  }

  #move(key: string, operation: number): boolean {
    const last = this.#choices.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(last, operation + 1),
      ArrowLeft: Math.max(0, operation - 1),
      ArrowDown: this.#nearest(operation, 1),
      ArrowUp: this.#nearest(operation, -1),
      Home: 0,
      End: last,
    };
    const next = to[key];
    if (next === undefined) return false;
    for (const [i, choice] of this.#choices.entries()) choice.setAttribute('tabindex', i === next ? '0' : '-1');
    this.#choices[next]!.focus();
    return true;
  }

  /** The operation of the next lane whose middle is nearest. */
  #nearest(operation: number, direction: number): number {
    const { bars } = this.#layout;
    const middle = (i: number) => (bars[i]!.x0 + bars[i]!.x1) / 2;
    const { y } = bars[operation]!;
    const ys = bars.map((one) => one.y).filter((other) => (other - y) * direction > 0);
    const lane = direction > 0 ? Math.min(...ys) : Math.max(...ys);
    const there = [...bars.keys()].filter((i) => bars[i]!.y === lane);
    const distance = (i: number) => Math.abs(middle(i) - middle(operation));
    return there.reduce((best, i) => (distance(i) < distance(best) ? i : best), there[0] ?? operation);
  }

  #keep(operation: number | null): void {
    this.#kept = operation;
    for (const [i, choice] of this.#choices.entries()) choice.setAttribute('aria-selected', String(i === operation));
    this.show(operation);
  }

  #draw(order: PageOrder): void {
    const points = pointsOf(this.#layout, order);
    const illegal = illegalPoint(this.#layout, order, points);
    const parts: SVGElement[] = [shape('path', { class: 'line', d: lineThrough(points) })];
    const last = points[points.length - 1];
    if (illegal !== null && last !== undefined) {
      parts.push(shape('path', { class: 'line illegal', d: lineThrough([last, illegal]) }));
    }
    for (const [i, { operation, x, y }] of points.entries()) {
      const here = operation === this.#shown ? ' here' : '';
      parts.push(shape('circle', { class: `point${here}`, cx: x, cy: y, r: 8 }));
      parts.push(shape('text', { class: 'point-number', x, y: y + 4, 'text-anchor': 'middle' }, String(i + 1)));
    }
    if (illegal !== null) {
      const { x, y } = illegal;
      parts.push(shape('circle', { class: 'point illegal', cx: x, cy: y, r: 8 }));
      parts.push(shape('path', { class: 'illegal-cross', d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` }));
    }
    this.#root.querySelector('.steps')!.replaceChildren(...parts);
    const placed = new Set(order.steps);
    for (const [i, choice] of this.#choices.entries()) choice.parentElement!.classList.toggle('placed', placed.has(i));
    this.#list(order);
    this.#mark(this.#shown);
  }

  #list({ earlier, start, steps, states, next }: PageOrder): void {
    const before = earlier > 0 ? `After ${earlier} earlier operations` : 'At the start';
    const name = (operation: number, text: string) =>
      element(
        'span',
        {},
        element('bdi', {}, text),
        element('span', { class: 'faint' }, ` process ${this.#search.operations[operation]!.process}`),
      );
    const order = element('ol');
    for (const [i, operation] of steps.entries()) {
      const what = name(operation, this.#search.operations[operation]!.text);
      order.append(element('li', { 'data-operation': operation }, what, element('code', {}, states[i]!)));
    }
    const ends = element('ul', { class: 'illegal-next' });
    for (const { operation, why } of next) {
      const cross = element('strong', { 'aria-hidden': 'true' }, '✘');
      ends.append(element('li', { 'data-operation': operation }, cross, name(operation, why)));
    }
    const opening = element(
      'p',
      { class: 'faint' },
      element('span', {}, `${before}: `, element('code', {}, start)),
      element('span', {}, 'state after'),
    );
    this.#root.querySelector('.search-list')!.replaceChildren(opening, order, ends);
  }

  #mark(operation: number | null): void {
    for (const one of this.#root.querySelectorAll<HTMLElement | SVGElement>('[data-operation]')) {
      one.classList.toggle('here', operation !== null && one.dataset['operation'] === String(operation));
    }
  }
}
