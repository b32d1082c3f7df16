// What the timeline shows and what can be asked of it: visible operations, lanes, the selection and its neighbours. No element of the page.
import type { Nanoseconds } from '../../../contracts/time.js';
import { lastInstant, NONE, type Operations, operationAt, positionOf, valueAt } from '../../page/operations.js';
import type { App, View } from '../app.js';
import { firstFrom, type Lanes, lanesOf, trackOfEntry } from './lanes.js';
import { type FaultLane, faultLanesOf, type Layout, layoutOf } from './layout.js';
import type { Span } from './span.js';
import { proofOf, visibleOf } from './visible.js';

export class Board {
  readonly app: App;
  readonly operations: Operations;
  readonly proof: readonly (readonly number[])[];
  readonly faultLanes: readonly FaultLane[];
  /** Position of the operation under the pointer; -1: none. */
  hovered = -1;
  /** How far the tracks are scrolled, in pixels. */
  scroll = 0;
  #lanes: Lanes | null = null;
  #layout: Layout | null = null;
  #shown: Uint8Array;
  readonly #labels: (string | undefined)[] = [];
  readonly #short: (string | undefined)[] = [];

  constructor(app: App, operations: Operations) {
    this.app = app;
    this.operations = operations;
    this.proof = proofOf(operations, app.run);
    this.faultLanes = faultLanesOf(app.run);
    this.#shown = this.#visible();
    app.view.listen((view, before) => this.#changed(view, before));
  }

  get view(): View {
    return this.app.view.value;
  }

  get lanes(): Lanes {
    this.#lanes ??= lanesOf(this.operations, this.#shown, this.view.lanes, this.app.run.nodes, this.app.run.end);
    return this.#lanes;
  }

  layout(width: number): Layout {
    if (this.#layout?.width !== width) this.#layout = null;
    this.#layout ??= layoutOf(width, this.lanes, this.faultLanes.length, this.app.run);
    this.scrollTo(this.scroll);
    return this.#layout;
  }

  /** Position of the selected operation; -1: none, or the page does not hold it. */
  get selected(): number {
    const { operation } = this.view;
    return operation === null ? -1 : positionOf(this.operations, operation);
  }

  isShown(position: number): boolean {
    return this.#shown[position] === 1;
  }

  get shownCount(): number {
    return this.lanes.operation.length;
  }

  /** `label` of the scene; made once for each operation that is ever named. */
  readonly label = (position: number, short: boolean): string => {
    const labels = short ? this.#short : this.#labels;
    const known = labels[position] ?? (short ? valueAt : operationAt)(this.operations, position).slice(0, 60);
    labels[position] = known;
    return known;
  };

  /** Number of an operation in the evidence of the anomaly that is looked at; 0: it is not part of it. */
  numberOf(position: number): number {
    return (this.proof[this.view.anomaly] ?? []).indexOf(position) + 1;
  }

  /** The anomaly that an operation proves, the one that is looked at before others; -1: none. */
  anomalyOf(position: number): number {
    const { anomaly } = this.view;
    return this.numberOf(position) > 0 ? anomaly : this.proof.findIndex((positions) => positions.includes(position));
  }

  spanOf(position: number): Span {
    return { from: this.operations.invoked[position]!, to: lastInstant(this.operations, position) };
  }

  laneOf(position: number): number {
    const entry = this.lanes.entry[position] ?? NONE;
    return entry === NONE ? -1 : this.lanes.laneOf[trackOfEntry(this.lanes, entry)]!;
  }

  /** The next operation from `position` on, forwards (1) or backwards (-1), that is shown and fits; -1: none. */
  neighbour(position: number, step: 1 | -1, fits: (other: number) => boolean): number {
    for (let i = position + step; i >= 0 && i < this.operations.count; i += step) {
      if (this.#shown[i] === 1 && fits(i)) return i;
    }
    return -1;
  }

  /** The operation of a lane that is closest to an instant; -1: it has none. */
  closest(lane: number, time: Nanoseconds): number {
    const found = this.lanes.lanes[lane];
    if (found === undefined) return -1;
    let best = -1;
    let distance = Number.POSITIVE_INFINITY;
    for (let track = found.first; track < found.first + found.tracks; track++) {
      const from = firstFrom(this.lanes, track, time);
      for (const entry of [from - 1, from]) {
        if (entry < this.lanes.starts[track]! || entry >= this.lanes.starts[track + 1]!) continue;
        const away = Math.max(this.lanes.begin[entry]! - time, time - this.lanes.end[entry]!, 0);
        if (away >= distance) continue;
        distance = away;
        best = this.lanes.operation[entry]!;
      }
    }
    return best;
  }

  /** Positions of the operations in sight, in order, at most `most` (those that are numbered among them); and how many there are. */
  inSight(most: number): { positions: number[]; count: number } {
    const { from, to } = this.view;
    const positions: number[] = [];
    let count = 0;
    for (let track = 0; track + 1 < this.lanes.starts.length; track++) {
      const first = firstFrom(this.lanes, track, from);
      let entry = first;
      const last = this.lanes.starts[track + 1]!;
      while (entry < last && this.lanes.begin[entry]! <= to) {
        if (entry - first < most) positions.push(this.lanes.operation[entry]!);
        entry++;
      }
      count += entry - first;
    }
    const first = positions.sort((a, b) => a - b).slice(0, most);
    // What the page is about is never among those left out.
    const proof = (this.proof[this.view.anomaly] ?? []).filter((i) => this.#isInSight(i) && !first.includes(i));
    return { positions: [...first.slice(0, most - proof.length), ...proof].sort((a, b) => a - b), count };
  }

  #isInSight(position: number): boolean {
    if (position === NONE) return false;
    const { from, to } = this.spanOf(position);
    return to >= this.view.from && from <= this.view.to;
  }

  scrollTo(scroll: number): void {
    const layout = this.#layout;
    const most = layout === null ? 0 : Math.max(0, layout.full - (layout.bottom - layout.top));
    this.scroll = Math.min(Math.max(0, scroll), most);
  }

  /** Scrolls so that an operation's lane is in sight. */
  scrollToOperation(position: number): void {
    const entry = this.lanes.entry[position] ?? NONE;
    const layout = this.#layout;
    if (entry === NONE || layout === null) return;
    const y = layout.trackY[trackOfEntry(this.lanes, entry)]!;
    const height = layout.bottom - layout.top;
    if (y < this.scroll) this.scrollTo(y - layout.trackHeight);
    else if (y + layout.trackHeight * 2 > this.scroll + height) this.scrollTo(y + layout.trackHeight * 2 - height);
  }

  #changed(view: View, before: View): void {
    if (view.filter !== before.filter) this.#shown = this.#visible();
    if (view.filter === before.filter && view.lanes === before.lanes) return;
    this.#lanes = null;
    this.#layout = null;
  }

  #visible(): Uint8Array {
    return visibleOf(
      this.operations,
      this.view.filter,
      this.proof.flat().filter((position) => position !== NONE),
    );
  }
}
