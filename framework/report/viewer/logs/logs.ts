// The nodes' logs beside the timeline: one list in order of time that is searched, filtered, and follows what the reader looks at.
import type { Nanoseconds } from '../../../contracts/time.js';
import { LEVELS, type Logs, TIMINGS } from '../../page/logs.js';
import { lastInstant, type Operations, positionOf } from '../../page/operations.js';
import { grouped, plural } from '../../text.js';
import { digitsFor, instant } from '../../time-text.js';
import type { App } from '../app.js';
import { element } from '../dom.js';
import { choose } from './choice.js';
import { type Controls, controls } from './controls.js';
import { linesBetween, logsOf } from './lines.js';
import { List } from './list.js';
import type { Match, Search } from './pattern.js';

export async function mountLogs(place: HTMLElement, app: App): Promise<void> {
  const logs = await logsOf(app);
  if (logs === null || logs.count === 0) return;
  app.logs.set({ lines: async (node, from, to, most) => linesBetween(logs, node, from, to, most) });
  const panel = new Panel(app, logs, await app.operations());
  place.append(element('h3', {}, 'Logs and events'), panel.root);
  await panel.choose();
}

const ABOUT = TIMINGS.indexOf('about');

class Panel {
  readonly root: HTMLElement;
  readonly #app: App;
  readonly #logs: Logs;
  readonly #operations: Operations | null;
  readonly #controls: Controls;
  readonly #list: List;
  readonly #whole = element('p', { class: 'whole-line', hidden: true });
  readonly #digits: number;
  /** Lines left out before each line, of the same file. */
  readonly #gaps: Float64Array;
  /** What is not here, for the number of lines. */
  readonly #left: string;
  #positions: Uint32Array = new Uint32Array(0);
  #search: Search | null = null;
  #run = new AbortController();
  /** The timeline was moved from here: it is not followed. */
  #moving = false;
  /** Where the timeline went while nobody looked here; null: nowhere. */
  #due: Nanoseconds | null = null;

  constructor(app: App, logs: Logs, operations: Operations | null) {
    this.#app = app;
    this.#logs = logs;
    this.#operations = operations;
    this.#digits = digitsFor(app.run.end / 100_000);
    this.#gaps = gapsOf(logs);
    this.#left = leftText(logs);
    this.#controls = controls(logs.sources, app.run.nodes, () => void this.choose());
    this.#list = new List({
      label: 'Lines of all logs in order of time. Up and down move, Enter shows the moment in the timeline.',
      columns: ['time', 'node', 'level', 'line'],
      row: (index) => this.#row(this.#positions[index]!),
      onActive: (index) => this.#select(this.#positions[index]!),
      onOpen: () => app.ask(false),
      onHover: (index) => this.#hover(index),
      onSeen: () => this.#catchUp(),
    });
    this.root = element('div', { class: 'logs' }, this.#controls.root, this.#list.root, this.#whole);
    app.view.listen((now, before) => {
      if (now.operation !== before.operation) this.#showOperation(now.operation);
      else if (now.from !== before.from || now.to !== before.to) this.#follow(now.from);
    });
    app.cursor.listen(() => {
      if (this.#list.seen) this.#list.redraw();
    });
  }

  /** Shows the lines that are asked for; where one is active it stays active and in sight. */
  async choose(): Promise<void> {
    this.#run.abort();
    this.#run = new AbortController();
    const { search, sources, level, inSight } = this.#controls.state();
    const { from, to } = this.#app.view.value;
    const active = this.#positions[this.#list.active] ?? -1;
    const chosen = await choose(
      this.#logs,
      { search, sources, level, stretch: inSight ? { from, to } : null },
      this.#run.signal,
    );
    if (chosen === null) return;
    this.#positions = chosen.positions;
    this.#search = search;
    const found = `${grouped(chosen.positions.length)} of ${grouped(this.#logs.count)} lines${this.#left}`;
    this.#controls.status.textContent = chosen.cut ? `${found}; the search took too long and was ended` : found;
    const at = active < 0 ? -1 : this.#positions.indexOf(active);
    this.#list.show(this.#positions.length, at);
    if (at >= 0) this.#list.reveal(at);
    else this.#scrollTo(active < 0 ? from : (this.#logs.lines.time[active] ?? from));
  }

  #row(position: number): { cells: (Node | string)[]; look: string } {
    const { lines, sources } = this.#logs;
    const time = lines.time[position]!;
    const level = LEVELS[lines.level[position]!]!;
    const { node, path, skipped } = sources[lines.source[position]!]!;
    const about = lines.timing[position] === ABOUT ? '~' : '';
    const gap = this.#gaps[position]!;
    const text = lines.text[position]!;
    const left =
      gap === 0 || this.#search !== null
        ? null
        : element('i', {}, `⋯ ${skipped > 0 ? 'lines' : plural(gap, 'line')} left out `);
    return {
      cells: [
        Number.isNaN(time) ? '?' : `${about}${instant(time, this.#digits)}`,
        element('bdi', {}, node),
        level,
        element('bdi', {}, ...(left === null ? [] : [left]), ...marked(text, this.#search?.find(text) ?? null)),
      ],
      look: [
        level,
        path === null ? 'event' : '',
        Number.isNaN(time) || this.#isInSight(time) ? '' : 'outside',
        this.#isPointedAt(time) ? 'at' : '',
        this.#isOfOperation(node, time) ? 'of' : '',
      ].join(' '),
    };
  }

  #isInSight(time: Nanoseconds): boolean {
    const { from, to } = this.#app.view.value;
    return time >= from && time <= to;
  }

  /** About as near as eyes can tell in the timeline. */
  #isPointedAt(time: Nanoseconds): boolean {
    const pointer = this.#app.cursor.value.time;
    const { from, to } = this.#app.view.value;
    return pointer !== null && Math.abs(time - pointer) <= (to - from) / 500;
  }

  #isOfOperation(node: string, time: Nanoseconds): boolean {
    const operations = this.#operations;
    const { operation } = this.#app.view.value;
    if (operations === null || operation === null) return false;
    const i = positionOf(operations, operation);
    return (
      i >= 0 &&
      operations.nodes[operations.node[i]!] === node &&
      time >= operations.invoked[i]! &&
      time <= lastInstant(operations, i)
    );
  }

  /** Its moment is pointed at, and in sight in the timeline; all of it can be read. */
  #select(position: number): void {
    const { lines, sources } = this.#logs;
    const { path, clock, skipped } = sources[lines.source[position]!]!;
    this.#whole.hidden = false;
    this.#whole.replaceChildren(
      element(
        'span',
        { class: 'faint' },
        path === null
          ? 'event: '
          : `${path}${skipped > 0 ? '' : `, line ${grouped(lines.number[position]!)}`} (${clock}): `,
      ),
      element('bdi', {}, lines.text[position]!),
    );
    const time = lines.time[position]!;
    if (Number.isNaN(time)) return;
    const { end } = this.#app.run;
    const { from, to } = this.#app.view.value;
    this.#app.cursor.set({ time: Math.min(end, Math.max(0, time)) });
    if (this.#isInSight(time) || time < 0 || time > end) return;
    const first = Math.max(0, Math.min(end - (to - from), time - (to - from) / 2));
    this.#moving = true;
    this.#app.view.set({ from: first, to: first + (to - from) });
    this.#moving = false;
  }

  #hover(index: number | null): void {
    const time = index === null ? Number.NaN : this.#logs.lines.time[this.#positions[index]!]!;
    this.#app.cursor.set({ time: Number.isNaN(time) ? null : Math.min(this.#app.run.end, Math.max(0, time)) });
  }

  #follow(from: Nanoseconds): void {
    if (this.#controls.state().inSight) void this.choose();
    else if (this.#controls.follows() && !this.#moving) this.#goTo(from);
    if (this.#list.seen) this.#list.redraw();
  }

  /** Where nobody looks, the list waits until somebody does: the timeline has to move smoothly. */
  #goTo(time: Nanoseconds): void {
    this.#due = time;
    if (this.#list.seen) this.#catchUp();
  }

  #catchUp(): void {
    if (this.#due !== null) this.#scrollTo(this.#due);
    this.#due = null;
    this.#list.redraw();
  }

  #showOperation(operation: number | null): void {
    const operations = this.#operations;
    const i = operations === null || operation === null ? -1 : positionOf(operations, operation);
    if (i >= 0 && this.#controls.follows()) this.#goTo(operations!.invoked[i]!);
    if (this.#list.seen) this.#list.redraw();
  }

  /** The first line at or after an instant comes to the top. */
  #scrollTo(time: Nanoseconds): void {
    const { lines } = this.#logs;
    let low = 0;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lines.time[this.#positions[middle]!]! < time) low = middle + 1;
      else high = middle;
    }
    this.#list.reveal(low, true);
  }
}

function leftText({ sources }: Logs): string {
  const left = sources.reduce((sum, { lines, kept }) => sum + lines - kept, 0);
  const unread = sources.some(({ skipped }) => skipped > 0) ? ' and what was not read' : '';
  return left === 0 && unread === '' ? '' : `; ${grouped(left)} more${unread} in the log files`;
}

/** The text, with what was found marked. */
function marked(text: string, match: Match | null): (Node | string)[] {
  if (match === null || match.to === match.from) return [text];
  return [text.slice(0, match.from), element('mark', {}, text.slice(match.from, match.to)), text.slice(match.to)];
}

/** By their numbers: where clocks go back, lines are not in the order of their file. */
function gapsOf({ count, lines, sources }: Logs): Float64Array {
  const gaps = new Float64Array(count);
  const inOrder = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => lines.number[a]! - lines.number[b]!);
  const last = new Float64Array(sources.length);
  for (const i of inOrder) {
    const source = lines.source[i]!;
    gaps[i] = lines.number[i]! - last[source]! - 1;
    last[source] = lines.number[i]!;
  }
  return gaps;
}
