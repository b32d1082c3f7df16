// Stacks with pops that never completed, which may have taken any of the elements that no completed operation takes.

import { int32 } from '../../shared/columns.js';
import { clashOf } from './clash-of.js';
import { Earliest } from './earliest.js';
import { FreeGaps } from './free-gaps.js';
import { canBeNested, smallKnot } from './knot-proof.js';
import { type Judgement, LINEARIZABLE } from './monitor.js';
import { type Elements, type Knot, knots } from './nesting.js';
import { NOBODY } from './puts-and-takes.js';
import { cover, type Spans } from './spans.js';
import { knotted, neverEmpty } from './stack-proof.js';
import { assignTakes, OBSTACLE } from './unknown-takes.js';

/** How often pops are given out anew before the search has to decide. */
const MOST_ROUNDS = 30;

/** Why an element must be gone by its deadline. */
interface Reason {
  elements: readonly number[];
  /** A look at an element, or an operation that found the stack empty. */
  operation: number;
}

export class LostOnStack {
  readonly #spans: Spans;
  /** With `until` as if nobody took an element but who says so. */
  readonly #elements: Elements;
  /** Invocations of the pops that may have taken anything, in order. */
  readonly #calls: number[];
  /** Per element: the last gap by which it has to be gone, and why. */
  readonly #deadlines: Int32Array;
  readonly #reasons = new Map<number, Reason>();
  /** Per element: until when it is there if its fate is known; the others count as if they were not there. */
  readonly #known: Int32Array;
  /** Per element: until when it is there if it could have the first of all these pops. */
  readonly #soonest: Int32Array;
  /** Some deadline is only one of several ways out. */
  #guessed = false;

  constructor(spans: Spans, elements: Elements) {
    const { call } = spans.partition;
    this.#spans = spans;
    this.#elements = elements;
    this.#calls = spans.gathered.unknown.map((one) => call[one]!);
    this.#deadlines = int32(spans.count).fill(spans.end);
    this.#known = elements.until.slice();
    this.#soonest = elements.until.slice();
    for (const x of spans.adrift) {
      this.#known[x] = 0;
      this.#soonest[x] = Math.min(elements.until[x]!, Math.max(this.#calls[0]!, spans.looked[x]!));
    }
  }

  judge(): Judgement {
    const spans = this.#spans;
    const found = neverEmpty(spans, this.#known);
    if (found !== null) return found;
    this.#passed();
    this.#emptied();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const until = this.#assign();
      if (!(until instanceof Int32Array)) return this.#guessed ? OBSTACLE : until;
      const elements = { ...this.#elements, until };
      const tangles = knots(elements, true);
      if (tangles.length === 0) return neverEmpty(spans, until) === null ? LINEARIZABLE : OBSTACLE;
      if (round === 0) {
        const generous = { ...this.#elements, until: this.#soonest };
        const knot = knots(generous)[0];
        if (knot !== undefined) return knotted(spans, generous, knot);
      }
      for (const knot of tangles) if (!this.#loosen(elements, knot)) return OBSTACLE;
    }
    return OBSTACLE;
  }

  #atMost(x: number, gap: number, reason: Reason): void {
    if (gap >= this.#deadlines[x]!) return;
    this.#deadlines[x] = gap;
    this.#reasons.set(x, reason);
  }

  /** An element that is surely above another has to be gone when that is taken or looked at. */
  #passed(): void {
    const { count, end, adrift, lookStart, looks } = this.#spans;
    const { called, entered, until, left, lookFrom, lookTo } = this.#elements;
    const byEntry = this.#spans.byEntry();
    const byCall = int32(end);
    for (const x of adrift) byCall[called[x]!] = x + 1;
    /** Entries are elements, and looks after them. */
    const above = new Earliest(end + 1);
    const owner = int32(lookStart[count]!);
    for (let stamp = 0; stamp < end; stamp++) {
      const y = byEntry[stamp]! - 1;
      if (y >= 0) {
        if (left[y]! <= end) above.insert(end - until[y]!, left[y]!, y);
        for (let look = lookStart[y]!; look < lookStart[y + 1]!; look++) {
          owner[look] = y;
          above.insert(end - lookFrom[look]!, lookTo[look]!, count + look);
        }
      }
      const x = byCall[stamp]! - 1;
      if (x < 0) continue;
      const entry = above.upTo(end - entered[x]! - 1);
      if (entry < 0) continue;
      const look = entry - count;
      const [gap, other] = look < 0 ? [left[entry]! - 1, entry] : [lookTo[look]! - 1, owner[look]!];
      this.#atMost(x, gap, { elements: [other], operation: look < 0 ? NOBODY : looks[look]! });
    }
  }

  /** Elements have to be gone when somebody finds the stack empty. */
  #emptied(): void {
    const { end, count, adrift, gathered, partition } = this.#spans;
    const { entered } = this.#elements;
    if (gathered.empties.length === 0) return;
    const free = new FreeGaps(end + 1);
    for (let x = 0; x < count; x++) free.cover(entered[x]!, this.#known[x]!);
    const index = new Earliest(end + 1);
    const all = gathered.empties.map((empty) => ({
      empty,
      first: free.next(partition.call[empty]!),
      last: free.previous(partition.ret[empty]! - 1),
    }));
    for (const [at, { first, last }] of all.entries()) index.insert(end - first, last, at);
    for (const x of adrift) {
      const at = index.upTo(end - entered[x]!);
      if (at < 0) continue;
      const { empty, last } = all[at]!;
      this.#atMost(x, last, { elements: [], operation: empty });
    }
  }

  /** Until when the elements are there if the pops are given out by the deadlines; or why that is impossible. */
  #assign(): Int32Array | Judgement {
    const spans = this.#spans;
    const until = this.#elements.until.slice();
    const needy: number[] = [];
    for (const x of spans.adrift) {
      if (until[x]! <= this.#deadlines[x]!) continue;
      if (spans.looked[x]! > this.#deadlines[x]!) return this.#explain([x], spans.looked[x]!);
      needy.push(x);
    }
    const taker = new Map<number, number>();
    const shortage = assignTakes(needy, this.#deadlines, this.#calls, taker);
    if (shortage !== null) return this.#explain(shortage.late, this.#calls[shortage.late.length - 1] ?? spans.end);
    for (const [x, k] of taker) until[x] = Math.max(this.#calls[k]!, spans.looked[x]!);
    return until;
  }

  /** Why these elements cannot all be gone in time, when too many of them are there until `since`, or until they have a taker. */
  #explain(elements: readonly number[], since: number): Judgement {
    const reasons = elements.map((x) => this.#reasons.get(x)!);
    const others = reasons.flatMap((reason, at) =>
      reason.elements.length > 0 ? reason.elements : this.#around(reason.operation, elements[at]!, since),
    );
    return clashOf([...this.#spans.witnesses([...elements, ...others]), ...reasons.map(({ operation }) => operation)]);
  }

  /** Elements that leave an operation, which found the stack empty, no instant before x is there or after. */
  #around(empty: number, x: number, since: number): number[] {
    const { partition, end } = this.#spans;
    const { entered, until } = this.#elements;
    const known = this.#known;
    const byEntry = this.#spans.byEntry();
    const [from, to] = [partition.call[empty]!, Math.min(partition.ret[empty]!, end)];
    const gone = Math.max(from, Math.min(since, until[x]!));
    return [...cover(byEntry, known, from, entered[x]!, () => true), ...cover(byEntry, known, gone, to, () => true)];
  }

  /** Lets one of the elements in a knot be gone earlier; false: that does not help. */
  #loosen(elements: Elements, knot: Knot): boolean {
    const { members } = smallKnot(elements, knot);
    const movable = members.filter((x) => elements.until[x]! > this.#soonest[x]!);
    let best = NOBODY;
    let latest = -1;
    for (const x of movable) {
      const gap = this.#latest(elements, members, x);
      if (gap <= latest) continue;
      latest = gap;
      best = x;
    }
    if (best === NOBODY) return false;
    if (movable.length > 1) this.#guessed = true;
    this.#atMost(best, latest, { elements: members.filter((x) => x !== best), operation: NOBODY });
    return true;
  }

  /** The last gap by which the element must be gone for the members to be nested; -1: it is in vain. */
  #latest(elements: Elements, members: readonly number[], x: number): number {
    const { until } = elements;
    const now = until[x]!;
    let low = -1;
    let high = this.#calls.length;
    const untilOf = (k: number) => Math.max(this.#calls[k]!, this.#spans.looked[x]!);
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      until[x] = untilOf(middle);
      if (until[x]! < now && canBeNested(elements, members)) low = middle;
      else high = middle;
    }
    until[x] = now;
    return low < 0 ? -1 : untilOf(low);
  }
}
