// Whether elements can be nested as a stack nests them: taken apart from the outermost inwards (Lee & Mathur, arXiv 2410.04581).
import { int32, uint8 } from '../../shared/columns.js';
import { Coverage } from './coverage.js';
import { OUT, Tournament } from './tournament.js';

/**
 * Elements 0 .. count-1, as in `Spans`: each has to be there in the gaps entered .. until-1, and may be there in the gaps called .. left-1.
 * Looks at element x, each in the gaps lookFrom .. lookTo-1, are those from lookStart[x] to lookStart[x + 1] - 1.
 */
export interface Elements {
  count: number;
  /** Stamps are less than `end`; `until` may be `end`, and `left` more than that. */
  end: number;
  called: Int32Array;
  entered: Int32Array;
  until: Int32Array;
  left: Int32Array;
  lookStart: Int32Array;
  lookFrom: Int32Array;
  lookTo: Int32Array;
}

/** Elements that cannot be nested: something has to be there in all gaps from `from` to before `to`, and nothing can be below all else. */
export interface Knot {
  from: number;
  to: number;
  members: number[];
  /** Looks at members that would otherwise be the outermost: something else has to be there all the time. */
  looks: number[];
}

/**
 * Null, or the knots; the first only, unless `all`.
 *
 * Why it is so: (1) Where nothing has to be there, a linearizable history can be cut in two, for each element lies on one side or can come
 * and go in that instant. (2) Where something has to be there all the time from s to e, the element that is at the bottom all the
 * time has been put by a put invoked before s and is taken by a take that returns after e, and its looks need instants at which
 * nothing else has to be there. (3) If there is a linearization, then one for each element of which that is true, by the law
 * of restriction: leave it out and put it round the rest.
 */
export function knots(elements: Elements, all = false): Knot[] {
  return new Nesting(elements).knots(all);
}

class Nesting {
  readonly #elements: Elements;
  /** Members in order of entry: those that have to be there at all. Others fit in anywhere. */
  readonly #members: Int32Array;
  readonly #size: number;
  // Places are runs of gaps between stamps at which something changes: per stamp the place of the gap after it, and per place
  // the stamp before it and the first member that enters in it or later.
  readonly #placeOf: Int32Array;
  readonly #stampOf: Int32Array;
  readonly #memberAt: Int32Array;
  /** Member + 1 by the stamp at which its put is invoked. */
  readonly #byCall: Int32Array;
  readonly #coverage: Coverage;
  /** Members whose put was invoked early enough compete with the return of their take. */
  readonly #outermost: Tournament;
  /** Per member: itself when present, else a later one. */
  readonly #present: Int32Array;
  #swept = 0;

  constructor(elements: Elements) {
    const { count, end, entered, until, called } = elements;
    this.#elements = elements;
    const byEntry = int32(end + 1);
    const changes = uint8(end + 1);
    let size = 0;
    for (let x = 0; x < count; x++) {
      if (entered[x]! >= until[x]!) continue;
      byEntry[entered[x]!] = x + 1;
      changes[entered[x]!] = 1;
      changes[until[x]!] = 1;
      size++;
    }
    this.#size = size;
    this.#members = int32(size);
    this.#placeOf = int32(end + 1);
    this.#stampOf = int32(2 * size + 2);
    this.#memberAt = int32(2 * size + 2);
    this.#byCall = int32(end + 1);
    let place = 0;
    let member = 0;
    for (let stamp = 0; stamp <= end; stamp++) {
      if (changes[stamp] === 1) {
        this.#stampOf[++place] = stamp;
        this.#memberAt[place] = member;
        const x = byEntry[stamp]! - 1;
        if (x >= 0) {
          this.#byCall[called[x]!] = member + 1;
          this.#members[member++] = x;
        }
      }
      this.#placeOf[stamp] = place;
    }
    this.#memberAt[place + 1] = member;
    const counts = int32(place + 1);
    for (let m = 0; m < size; m++) {
      const x = this.#members[m]!;
      counts[this.#placeOf[entered[x]!]!]!++;
      counts[this.#placeOf[until[x]!]!]!--;
    }
    for (let p = 1; p <= place; p++) counts[p]! += counts[p - 1]!;
    this.#coverage = new Coverage(counts);
    this.#outermost = new Tournament(size);
    this.#present = Int32Array.from({ length: size + 1 }, (_, m) => m);
  }

  knots(all: boolean): Knot[] {
    const found: Knot[] = [];
    // What is still to be looked at lies from `from` to before the last of `ends`, then to before the one below, and so on.
    const ends = [this.#placeOf[this.#elements.end]! + 1];
    let from = 0;
    while (ends.length > 0) {
      const next = this.#next(this.#memberAt[from]!);
      const begin = next === this.#size ? Number.POSITIVE_INFINITY : this.#entry(next);
      while (ends.length > 0 && begin >= ends[ends.length - 1]!) ends.pop();
      if (ends.length === 0) break;
      const to = this.#coverage.next(begin);
      if (to < ends[ends.length - 1]!) ends.push(to);
      const knot = this.#takeOutermost(begin, to);
      from = begin;
      if (knot === null) continue;
      found.push(knot);
      if (!all) break;
      from = to;
    }
    return found;
  }

  /** Takes out an element that can be below all others from place `from` to before place `to`, between places where nothing has to be. */
  #takeOutermost(from: number, to: number): Knot | null {
    const { left, until } = this.#elements;
    const begin = this.#stampOf[from]!;
    const end = this.#stampOf[to]!;
    this.#sweepTo(begin);
    const [low, high] = [this.#memberAt[from]!, this.#memberAt[to]!];
    const looks: number[] = [];
    const spoilt: number[] = [];
    let taken = -1;
    for (;;) {
      const m = this.#outermost.best(low, high);
      if (m < 0 || this.#outermost.number(m) <= end) break;
      const x = this.#members[m]!;
      const entry = this.#entry(m);
      const leave = this.#placeOf[until[x]!]!;
      this.#outermost.set(m, OUT);
      this.#coverage.add(entry, leave, -1);
      const look = this.#coveredLook(x);
      if (look < 0) {
        taken = m;
        break;
      }
      this.#coverage.add(entry, leave, 1);
      looks.push(look);
      spoilt.push(m);
    }
    for (const m of spoilt) this.#outermost.set(m, left[this.#members[m]!]!);
    if (taken >= 0) {
      this.#present[taken] = taken + 1;
      return null;
    }
    const members: number[] = [];
    for (let m = this.#next(low); m < high; m = this.#next(m + 1)) members.push(this.#members[m]!);
    return { from: begin, to: end, members, looks };
  }

  /** A look at the element during which something else has to be there all the time; -1: none. */
  #coveredLook(x: number): number {
    const { lookStart, lookFrom, lookTo } = this.#elements;
    for (let look = lookStart[x]!; look < lookStart[x + 1]!; look++) {
      if (this.#coverage.next(this.#placeOf[lookFrom[look]!]!) > this.#placeOf[lookTo[look]! - 1]!) return look;
    }
    return -1;
  }

  /** Lets those compete whose put was invoked before the stamp. */
  #sweepTo(stamp: number): void {
    for (; this.#swept < stamp; this.#swept++) {
      const m = this.#byCall[this.#swept]! - 1;
      if (m >= 0) this.#outermost.set(m, this.#elements.left[this.#members[m]!]!);
    }
  }

  #entry(member: number): number {
    return this.#placeOf[this.#elements.entered[this.#members[member]!]!]!;
  }

  /** The first member from `member` on that has not been taken out. */
  #next(member: number): number {
    const present = this.#present;
    let at = member;
    for (let up = present[at]!; up !== at; up = present[at]!) {
      const above = present[up]!;
      present[at] = above;
      at = above;
    }
    return at;
  }
}
