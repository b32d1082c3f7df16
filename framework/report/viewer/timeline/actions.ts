// What a reader can do with the timeline, by key, button or pointer alike.
import type { Nanoseconds } from '../../../contracts/time.js';
import { EVERYTHING, type Filter } from '../app.js';
import type { Board } from './board.js';
import { framed, moved, type Span, showing, zoomed } from './span.js';
import { instantText } from './words.js';

export class Actions {
  readonly #board: Board;
  readonly #say: (text: string) => void;
  #place = -1;

  /** `say`: tells readers who cannot see the picture. */
  constructor(board: Board, say: (text: string) => void) {
    this.#board = board;
    this.#say = say;
  }

  zoom(factor: number, time?: Nanoseconds): void {
    const { from, to } = this.#board.view;
    const share = time === undefined ? 0.5 : Math.min(1, Math.max(0, (time - from) / (to - from)));
    this.#look(zoomed({ from, to }, factor, share, this.#end));
  }

  /** By a share of the width. */
  pan(share: number): void {
    const { from, to } = this.#board.view;
    this.#look(moved({ from, to }, (to - from) * share, this.#end));
  }

  whole(): void {
    this.#look({ from: 0, to: this.#end });
  }

  /** To the beginning or the end of the run. */
  edge(atEnd: boolean): void {
    const { from, to } = this.#board.view;
    this.#look(moved({ from, to }, atEnd ? this.#end : -this.#end, this.#end));
  }

  /** The selected operation, or the anomaly, over most of the width. */
  fit(): void {
    const { selected } = this.#board;
    if (selected >= 0) this.#look(framed(this.#board.spanOf(selected), this.#end));
    else this.anomaly();
  }

  /** Where the page opens: the anomaly that is looked at. */
  anomaly(): void {
    const { run } = this.#board.app;
    const { anomaly } = this.#board.view;
    this.#visit(this.#places().findIndex((place) => place.anomaly === anomaly));
    if (run.anomalies.length === 0) this.#look(run.opening);
  }

  /** The next place of an anomaly, round and round. */
  nextPlace(step: 1 | -1): void {
    const places = this.#places();
    if (places.length === 0) this.#look(this.#board.app.run.opening);
    else this.#visit((Math.max(this.#place, step < 0 ? 0 : -1) + step + places.length) % places.length);
  }

  get places(): number {
    return this.#places().length;
  }

  select(position: number): void {
    const { app, operations } = this.#board;
    if (position < 0) return;
    const { from, to } = showing(app.view.value, this.#board.spanOf(position), this.#end);
    app.view.set({ operation: operations.row[position]!, from, to });
  }

  deselect(): void {
    this.#board.app.view.set({ operation: null });
    this.#say('Nothing selected.');
  }

  /** Along the lane, in order of time. */
  step(step: 1 | -1): void {
    const from = this.#start(step);
    if (from === null) return;
    const lane = this.#board.laneOf(from);
    this.#go(this.#board.neighbour(from, step, (other) => this.#board.laneOf(other) === lane));
  }

  /** To the lane above or below, at about the same time. */
  otherLane(step: 1 | -1): void {
    const from = this.#start(1);
    if (from === null) return;
    const lane = this.#board.laneOf(from) + step;
    const { invoked } = this.#board.operations;
    this.#go(this.#board.closest(lane, Math.max(invoked[from]!, this.#board.view.from)));
  }

  same(column: 'process' | 'key', step: 1 | -1): void {
    const from = this.#start(step);
    if (from === null) return;
    const values = this.#board.operations[column];
    this.#go(this.#board.neighbour(from, step, (other) => values[other] === values[from]));
  }

  filter(change: Partial<Filter>): void {
    const filter = { ...this.#board.view.filter, ...change };
    const none = Object.values(filter).every((choices) => choices.length === 0);
    this.#board.app.view.set({ filter: none ? EVERYTHING : filter });
    this.#say(`${this.#board.shownCount} of ${this.#board.operations.count} operations shown.`);
  }

  /** With nothing selected, the operation closest to the middle of what is in sight is selected first. */
  #start(step: 1 | -1): number | null {
    const { selected } = this.#board;
    if (selected >= 0 && this.#board.isShown(selected)) return selected;
    const { positions } = this.#board.inSight(500);
    const first = positions[step > 0 ? 0 : positions.length - 1];
    if (first !== undefined) this.select(first);
    return null;
  }

  #go(position: number): void {
    if (position < 0) this.#say('No further operation.');
    else this.select(position);
  }

  #visit(place: number): void {
    const found = this.#places()[place];
    if (found === undefined) return;
    this.#place = place;
    this.#board.app.view.set({ from: found.span.from, to: found.span.to, anomaly: found.anomaly });
    const first = (this.#board.proof[found.anomaly] ?? [])[0];
    if (first !== undefined) this.#board.scrollToOperation(first);
    const { name } = this.#board.app.run.anomalies[found.anomaly]!;
    this.#say(`${name}, ${instantText(this.#board, found.span.from)} to ${instantText(this.#board, found.span.to)}.`);
  }

  #places(): { anomaly: number; span: Span }[] {
    return this.#board.app.run.anomalies.flatMap(({ places }, anomaly) => places.map((span) => ({ anomaly, span })));
  }

  #look(span: Span): void {
    this.#board.app.view.set({ from: span.from, to: span.to });
  }

  get #end(): Nanoseconds {
    return this.#board.app.run.end;
  }
}
