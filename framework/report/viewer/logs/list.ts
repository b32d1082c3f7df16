// A list of any length of which only those rows exist that are in sight; a grid for keyboards and screen readers.
import { element } from '../dom.js';

const ROW = 20;
const SPARE = 8;

export interface ListOptions {
  label: string;
  columns: readonly string[];
  /** The cells of a row, and its class. */
  row: (index: number) => { cells: readonly (Node | string)[]; look: string };
  /** A row becomes the active one, by pointer or key. */
  onActive: (index: number) => void;
  /** Enter, or a second click. */
  onOpen: (index: number) => void;
  onHover: (index: number | null) => void;
  /** It has come into sight: what was not worth its time before is now. */
  onSeen: () => void;
}

let lists = 0;

export class List {
  readonly root: HTMLElement;
  readonly #options: ListOptions;
  readonly #space = element('div', { class: 'space', role: 'rowgroup' });
  readonly #name = `log-list-${++lists}`;
  #count = 0;
  #active = -1;
  #waiting = false;
  #seen = false;

  constructor(options: ListOptions) {
    this.#options = options;
    const titles = options.columns.map((title) => element('span', { role: 'columnheader' }, title));
    const head = element(
      'div',
      { role: 'rowgroup', class: 'list-head' },
      element('div', { role: 'row', 'aria-rowindex': 1, class: 'line' }, ...titles),
    );
    this.root = element(
      'div',
      { class: 'log-list', tabindex: '0', role: 'grid', 'aria-label': options.label, 'aria-readonly': 'true' },
      head,
      this.#space,
    );
    this.root.addEventListener('scroll', () => this.redraw(), { passive: true });
    this.root.addEventListener('keydown', (event) => this.#key(event));
    this.#space.addEventListener('click', (event) => {
      const index = this.#at(event);
      if (index !== null) this.activate(index);
    });
    this.#space.addEventListener('dblclick', (event) => {
      const index = this.#at(event);
      if (index !== null) options.onOpen(index);
    });
    this.#space.addEventListener('pointermove', (event) => options.onHover(this.#at(event)));
    this.#space.addEventListener('pointerleave', () => options.onHover(null));
    new ResizeObserver(() => this.redraw()).observe(this.root);
    new IntersectionObserver(([entry]) => {
      this.#seen = entry?.isIntersecting === true;
      if (this.#seen) options.onSeen();
    }).observe(this.root);
  }

  /** Some of it is in the window. */
  get seen(): boolean {
    return this.#seen;
  }

  get active(): number {
    return this.#active;
  }

  /** Other rows; `active`: -1 for none. */
  show(count: number, active: number): void {
    this.#count = count;
    this.#active = active;
    this.#space.style.height = `${count * ROW}px`;
    this.root.setAttribute('aria-rowcount', String(count + 1));
    this.redraw();
  }

  activate(index: number): void {
    if (this.#count === 0) return;
    this.#active = Math.min(this.#count - 1, Math.max(0, index));
    this.reveal(this.#active);
    this.#draw();
    this.#options.onActive(this.#active);
  }

  /** Scrolls as little as needed, or so that the row is the first one. */
  reveal(index: number, first = false): void {
    const top = index * ROW;
    const height = this.#height();
    const { scrollTop } = this.root;
    if (first) this.root.scrollTop = top;
    else if (top < scrollTop) this.root.scrollTop = top;
    else if (top + ROW > scrollTop + height) this.root.scrollTop = top + ROW - height;
  }

  /** At the next frame. */
  redraw(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  /** Without the titles, which stay at the top. */
  #height(): number {
    return Math.max(ROW, this.root.clientHeight - ROW);
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.root.scrollTop / ROW) - SPARE);
    const last = Math.min(this.#count, first + Math.ceil(this.#height() / ROW) + 2 * SPARE);
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index++) rows.push(this.#row(index));
    this.#space.replaceChildren(...rows);
    const active = this.#active >= first && this.#active < last;
    if (active) this.root.setAttribute('aria-activedescendant', `${this.#name}-${this.#active}`);
    else this.root.removeAttribute('aria-activedescendant');
  }

  #row(index: number): HTMLElement {
    const { cells, look } = this.#options.row(index);
    const active = index === this.#active;
    const row = element(
      'div',
      {
        role: 'row',
        id: `${this.#name}-${index}`,
        class: `line ${look}`,
        'aria-rowindex': index + 2,
        'aria-selected': String(active),
      },
      ...cells.map((cell) => element('span', { role: 'gridcell' }, cell)),
    );
    row.style.top = `${index * ROW}px`;
    return row;
  }

  #at(event: MouseEvent): number | null {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.line') : null;
    return row === null ? null : Number(row.getAttribute('aria-rowindex')) - 2;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#height() / ROW) - 1);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#count - 1,
    };
    const index = to[event.key];
    if (index !== undefined) this.activate(index);
    else if (event.key === 'Enter' && this.#active >= 0) this.#options.onOpen(this.#active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
