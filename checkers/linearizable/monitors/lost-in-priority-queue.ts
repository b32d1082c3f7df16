// Priority queues with takes that never completed, which may have taken any of the elements that no completed operation takes.

import { int32 } from '../../shared/columns.js';
import { clashOf } from './clash-of.js';
import { Earliest } from './earliest.js';
import { Chances, type Need, type Sweep } from './least-first.js';
import { type Judgement, LINEARIZABLE } from './monitor.js';
import { NOBODY } from './puts-and-takes.js';
import type { Spans } from './spans.js';
import { assignTakes, OBSTACLE } from './unknown-takes.js';

/** How often takes of unknown elements are given out anew before the search has to decide. */
const MOST_ROUNDS = 20;
/** Elements times operations that one round may look at. */
const MOST_EFFORT = 10_000_000;

export class LostInPriorityQueue {
  readonly #spans: Spans;
  readonly #order: Int32Array;
  readonly #sweep: Sweep;
  readonly #chances: Chances;
  /** Per element: until when it is there, if its fate is known. */
  readonly #known: Int32Array;
  /** Per element: the last gap by which it has to be gone, and (an index into the chances) for which operation. */
  readonly #deadlines: Int32Array;
  readonly #reasons: Int32Array;

  constructor(spans: Spans, order: Int32Array, sweep: Sweep) {
    this.#spans = spans;
    this.#order = order;
    this.#sweep = sweep;
    this.#chances = new Chances(spans.partition.count);
    this.#known = spans.untils();
    for (const x of spans.adrift) this.#known[x] = 0;
    this.#deadlines = int32(order.length).fill(spans.end);
    this.#reasons = int32(order.length).fill(NOBODY);
  }

  judge(): Judgement {
    const spans = this.#spans;
    const known = this.#known;
    const failure = this.#sweep.run(known, this.#chances)[0];
    if (failure !== undefined) return clashOf(this.#sweep.proof(failure, known));
    this.#findDeadlines();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const untils = this.#assign();
      if (!(untils instanceof Int32Array)) return round === 0 ? untils : OBSTACLE;
      const failures = this.#sweep.run(untils, null, true);
      if (failures.length === 0) return LINEARIZABLE;
      if (failures.length * spans.adrift.length > MOST_EFFORT) break;
      this.#tighten(failures, untils);
    }
    return OBSTACLE;
  }

  /** An operation for which only gaps are free in which an element is there already, or gone, needs it to be gone by the last one. */
  #findDeadlines(): void {
    const { entered, end } = this.#spans;
    const { count, place, first, last } = this.#chances;
    const index = new Earliest(end + 1);
    const adrift = new Set(this.#spans.adrift);
    let c = count - 1;
    const insert = (above: number) => {
      for (; c >= 0 && place[c]! > above; c--) index.insert(end - first[c]!, last[c]!, c);
    };
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const x = this.#order[k]!;
      if (!adrift.has(x)) continue;
      insert(k);
      const reason = index.upTo(end - entered[x]!);
      if (reason === NOBODY) continue;
      this.#deadlines[x] = last[reason]!;
      this.#reasons[x] = reason;
    }
  }

  /** Until when the elements are there if the takes are given out by the deadlines; or why that is impossible. */
  #assign(): Int32Array | Judgement {
    const spans = this.#spans;
    const { call } = spans.partition;
    const { unknown } = spans.gathered;
    const untils = spans.untils();
    const needy: number[] = [];
    for (const x of spans.adrift) {
      if (untils[x]! <= this.#deadlines[x]!) continue;
      if (spans.looked[x]! > this.#deadlines[x]!) return this.#explain([x], spans.looked[x]!);
      needy.push(x);
    }
    const taker = new Map<number, number>();
    const calls = unknown.map((one) => call[one]!);
    const shortage = assignTakes(needy, this.#deadlines, calls, taker);
    if (shortage !== null) return this.#explain(shortage.late, calls[shortage.late.length - 1] ?? spans.end);
    for (const [x, k] of taker) untils[x] = spans.until(x, unknown[k]!);
    return untils;
  }

  /** These elements, which are all there until `since` or until they have a taker, and the operations for which some must be gone. */
  #explain(elements: readonly number[], since: number): Judgement {
    const spans = this.#spans;
    const { first, entered, gathered } = spans;
    return clashOf(
      elements.flatMap((x) => {
        const need = this.#chances.need(this.#reasons[x]!);
        const except = { from: entered[x]!, to: Math.min(since, spans.until(x, gathered.take[x]!)) };
        return [first[x]!, gathered.lastLook[x]!, ...this.#sweep.proof(need, this.#known, except)];
      }),
    );
  }

  /** One way to let the operations find a gap, which need not be the right one. */
  #tighten(failures: readonly Need[], untils: Int32Array): void {
    const { entered, adrift } = this.#spans;
    const { places } = this.#sweep;
    const { operation, last, count } = this.#chances;
    const failed = new Map(failures.map((need) => [need.operation, need.place]));
    for (let c = 0; c < count; c++) {
      const place = failed.get(operation[c]!);
      if (place === undefined) continue;
      const gap = last[c]!;
      for (const x of adrift) {
        if (places[x]! >= place || entered[x]! > gap || untils[x]! <= gap) continue;
        this.#deadlines[x] = Math.min(this.#deadlines[x]!, gap);
      }
    }
  }
}
