// Judges a priority queue into which each number is put once (Lee & Mathur, arXiv 2410.04581): whatever comes out needs an instant at
// which no lesser element has to be there.
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { Earliest } from './earliest.js';
import { FreeGaps } from './free-gaps.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { NOBODY } from './puts-and-takes.js';
import { cover, Spans } from './spans.js';
import { assignTakes } from './unknown-takes.js';

/** How often takes of unknown elements are given out anew before the search has to decide. */
const MOST_ROUNDS = 20;
/** Elements times operations that one round may look at. */
const MOST_EFFORT = 10_000_000;

/** An operation that needs an instant without lesser elements: in the gaps from `from` to `to`. */
interface Failure {
  operation: number;
  /** Place of its element in the order; the number of elements: it found the queue empty. */
  place: number;
  from: number;
  to: number;
  /** The take of the same element ends here at the latest, because after `to` it is covered up to `left`. */
  left: number;
}

/** The gaps that are free for an operation when only elements count whose fate is known: the first and the last one. */
class Chances {
  readonly operation: number[] = [];
  readonly place: number[] = [];
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly first: number[] = [];
  readonly last: number[] = [];
}

export class PriorityQueue implements Monitor {
  readonly name = 'priority-queue';
  readonly because = 'every element is put once';
  readonly #spans: Spans;
  /** Per value: its place among all numbers of the history; -1: it is not a number. And back. */
  readonly #rank: Int32Array;
  readonly #byRank: Int32Array;
  /** Element by value, while needed. */
  readonly #elementOf: Int32Array;

  /** For a model with a container. All partitions must be interned before. */
  constructor(machine: Machine) {
    const { values } = machine.actions;
    this.#spans = new Spans(machine);
    const numbers: number[] = [];
    for (let value = 0; value < values.count; value++) if (typeof values.value(value) === 'number') numbers.push(value);
    numbers.sort((a, b) => (values.value(a) as number) - (values.value(b) as number));
    this.#byRank = Int32Array.from(numbers);
    this.#rank = new Int32Array(values.count).fill(-1);
    for (const [rank, value] of numbers.entries()) this.#rank[value] = rank;
    this.#elementOf = new Int32Array(values.count);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const spans = this.#spans;
    const found = spans.load(partition, cutoff);
    if (found !== null) return found;
    const order = this.#order();
    if (order === null) return { obstacle: 'an element is not a number' };
    const sweep = new Sweep(spans, order);
    if (spans.gathered.unknown.length === 0 || spans.adrift.length === 0) {
      const failure = sweep.run(spans.untils(), null)[0];
      return failure === undefined ? LINEARIZABLE : sweep.proof(failure, spans.untils());
    }
    return new Lost(spans, order, sweep).judge();
  }

  /** The elements, the least first; null: some is not a number. */
  #order(): Int32Array | null {
    const { count, value } = this.#spans.gathered;
    const order = new Int32Array(count);
    for (let x = 0; x < count; x++) {
      order[x] = this.#rank[value[x]!]!;
      if (order[x]! < 0) return null;
      this.#elementOf[value[x]!] = x;
    }
    order.sort();
    for (let k = 0; k < count; k++) order[k] = this.#elementOf[this.#byRank[order[k]!]!]!;
    return order;
  }
}

/** One pass over the elements, the least first, where each covers the gaps in which it has to be there. */
class Sweep {
  readonly #spans: Spans;
  readonly #order: Int32Array;

  constructor(spans: Spans, order: Int32Array) {
    this.#spans = spans;
    this.#order = order;
  }

  /**
   * The operations that find no free gap; the first only, unless `all`. An element whose `untils` is 0 counts as if it were not there.
   * A linearizable history without its greatest element can be cut at any instant at which nothing has to be there, and so
   * that element can come out there; hence the elements can be judged one by one.
   */
  run(untils: Int32Array, chances: Chances | null, all = false): Failure[] {
    const { called, entered, left, lookStart, looks, end, gathered, partition } = this.#spans;
    const { call, ret } = partition;
    const free = new FreeGaps(end + 1);
    const failures: Failure[] = [];
    const place = (operation: number, at: number, from: number, to: number, limit: number) => {
      const first = free.next(from);
      if (first > to) failures.push({ operation, place: at, from, to, left: limit });
      else if (chances !== null) {
        chances.operation.push(operation);
        chances.place.push(at);
        chances.from.push(from);
        chances.to.push(to);
        chances.first.push(first);
        chances.last.push(free.previous(to));
      }
    };
    for (let k = 0; k < this.#order.length; k++) {
      const x = this.#order[k]!;
      let latest = end;
      if (left[x]! <= end) {
        const take = gathered.take[x]!;
        place(take, k, Math.max(call[take]!, called[x]!), left[x]! - 1, left[x]!);
        latest = free.previous(left[x]! - 1);
      }
      for (let l = lookStart[x]!; l < lookStart[x + 1]!; l++) {
        const look = looks[l]!;
        place(look, k, Math.max(call[look]!, called[x]!), Math.min(ret[look]! - 1, latest), left[x]!);
      }
      if (failures.length > 0 && !all) return failures;
      free.cover(entered[x]!, untils[x]!);
    }
    for (const empty of gathered.empties) place(empty, this.#order.length, call[empty]!, ret[empty]! - 1, ret[empty]!);
    return failures;
  }

  /** The operation, and lesser elements that leave it no instant. */
  proof({ operation, place, from, to, left }: Failure, untils: Int32Array): Judgement {
    const spans = this.#spans;
    const { take } = spans.gathered;
    const limited = to + 1 < spans.partition.ret[operation]!;
    const end = limited ? left : to + 1;
    const own = limited ? take[this.#order[place]!]! : NOBODY;
    return clash(operation, own, ...this.covering(untils, from, end, place));
  }

  /** Operations on elements, before a place in the order, that are there in all gaps from `from` to before `to`. */
  covering(untils: Int32Array, from: number, to: number, place: number): number[] {
    const spans = this.#spans;
    const lesser = new Set(this.#order.subarray(0, place));
    const chain = cover(spans.byEntry(), untils, from, to, (x) => lesser.has(x));
    return chain.flatMap((x) => [spans.first[x]!, spans.last(x, spans.gathered.take[x]!)]);
  }
}

/** Where takes are pending that may have taken any of the elements that no completed operation takes. */
class Lost {
  readonly #spans: Spans;
  readonly #order: Int32Array;
  readonly #sweep: Sweep;
  readonly #chances = new Chances();
  /** Per element: until when it is there, if its fate is known. */
  readonly #known: Int32Array;
  /** Per element: the last gap by which it has to be gone, and (an index into the chances) for which operation. */
  readonly #deadlines: Int32Array;
  readonly #reasons: Int32Array;

  constructor(spans: Spans, order: Int32Array, sweep: Sweep) {
    this.#spans = spans;
    this.#order = order;
    this.#sweep = sweep;
    this.#known = spans.untils();
    for (const x of spans.adrift) this.#known[x] = 0;
    this.#deadlines = new Int32Array(order.length).fill(spans.end);
    this.#reasons = new Int32Array(order.length).fill(NOBODY);
  }

  judge(): Judgement {
    const spans = this.#spans;
    const known = this.#known;
    const failure = this.#sweep.run(known, this.#chances)[0];
    if (failure !== undefined) return this.#sweep.proof(failure, known);
    this.#findDeadlines();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const untils = this.#assign();
      if (!(untils instanceof Int32Array)) {
        return round === 0 ? untils : { obstacle: OBSTACLE };
      }
      const failures = this.#sweep.run(untils, null, true);
      if (failures.length === 0) return LINEARIZABLE;
      if (failures.length * spans.adrift.length > MOST_EFFORT) break;
      for (const one of failures) this.#tighten(one, untils);
    }
    return { obstacle: OBSTACLE };
  }

  /** An operation for which only gaps are free in which an element is there already, or gone, needs it to be gone by the last one. */
  #findDeadlines(): void {
    const { entered, end } = this.#spans;
    const { place, first, last } = this.#chances;
    const index = new Earliest(end + 1);
    const adrift = new Set(this.#spans.adrift);
    let c = place.length - 1;
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

  /**
   * These elements, which are all there until `since`, and the operations for which some must be gone, with the elements that leave
   * those no instant before or after.
   */
  #explain(elements: readonly number[], since: number): Judgement {
    const { first, entered, gathered } = this.#spans;
    const { operation, place, from, to, last } = this.#chances;
    const known = this.#known;
    return clash(
      ...elements.flatMap((x) => {
        const reason = this.#reasons[x]!;
        const before = this.#sweep.covering(known, from[reason]!, entered[x]!, place[reason]!);
        const later = Math.max(last[reason]! + 1, since);
        const after = this.#sweep.covering(known, later, to[reason]! + 1, place[reason]!);
        return [first[x]!, gathered.lastLook[x]!, operation[reason]!, ...before, ...after];
      }),
    );
  }

  /** One way to let the operation find a gap, which need not be the right one. */
  #tighten({ operation, place }: Failure, untils: Int32Array): void {
    const { entered, adrift } = this.#spans;
    const c = this.#chances.operation.indexOf(operation);
    const gap = this.#chances.last[c]!;
    const lesser = new Set(this.#order.subarray(0, place));
    for (const x of adrift) {
      if (!lesser.has(x) || entered[x]! > gap || untils[x]! <= gap) continue;
      this.#deadlines[x] = Math.min(this.#deadlines[x]!, gap);
    }
  }
}

const OBSTACLE = 'there are several ways to tell what the operations that never completed took';
