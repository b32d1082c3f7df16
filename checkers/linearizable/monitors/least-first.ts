// Finds what came out of a priority queue, or was seen in it, while a lesser element had to be there.
import { int32 } from '../../shared/columns.js';
import { FreeGaps } from './free-gaps.js';
import { NOBODY } from './puts-and-takes.js';
import { cover, type Spans } from './spans.js';

/** An operation that needs an instant without lesser elements, in one of the gaps from `from` to `to`. */
export interface Need {
  operation: number;
  /** Place of its element in the order; the number of elements: it found the queue empty. */
  place: number;
  from: number;
  to: number;
}

/** Needs, and the gaps that are free for them when only elements count whose fate is known: the first and the last one. */
export class Chances {
  count = 0;
  readonly operation: Int32Array;
  readonly place: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly first: Int32Array;
  readonly last: Int32Array;

  constructor(most: number) {
    this.operation = int32(most);
    this.place = int32(most);
    this.from = int32(most);
    this.to = int32(most);
    this.first = int32(most);
    this.last = int32(most);
  }

  need(c: number): Need {
    return { operation: this.operation[c]!, place: this.place[c]!, from: this.from[c]!, to: this.to[c]! };
  }
}

/** One pass over the elements, the least first, where each covers the gaps in which it has to be there. */
export class Sweep {
  readonly #spans: Spans;
  readonly #order: Int32Array;
  #places: Int32Array | null = null;

  constructor(spans: Spans, order: Int32Array) {
    this.#spans = spans;
    this.#order = order;
  }

  /**
   * The operations that find no free gap; the first only, unless `all`. An element whose `untils` is 0 counts as if it were not there.
   * A linearizable history without its greatest element can be cut at any instant at which nothing has to be there, and so
   * that element can come out there; hence the elements can be judged one by one.
   */
  run(untils: Int32Array, chances: Chances | null, all = false): Need[] {
    const { called, entered, left, lookStart, looks, end, gathered, partition } = this.#spans;
    const { call, ret } = partition;
    const free = new FreeGaps(end + 1);
    const failures: Need[] = [];
    const place = (operation: number, at: number, from: number, to: number) => {
      const first = free.next(from);
      if (first > to) failures.push({ operation, place: at, from, to });
      else if (chances !== null) {
        const c = chances.count++;
        chances.operation[c] = operation;
        chances.place[c] = at;
        chances.from[c] = from;
        chances.to[c] = to;
        chances.first[c] = first;
        chances.last[c] = free.previous(to);
      }
    };
    for (let k = 0; k < this.#order.length; k++) {
      const x = this.#order[k]!;
      let latest = end;
      if (left[x]! <= end) {
        const take = gathered.take[x]!;
        place(take, k, Math.max(call[take]!, called[x]!), left[x]! - 1);
        latest = free.previous(left[x]! - 1);
      }
      for (let l = lookStart[x]!; l < lookStart[x + 1]!; l++) {
        const look = looks[l]!;
        place(look, k, Math.max(call[look]!, called[x]!), Math.min(ret[look]! - 1, latest));
      }
      if (failures.length > 0 && !all) return failures;
      free.cover(entered[x]!, untils[x]!);
    }
    for (const empty of gathered.empties) place(empty, this.#order.length, call[empty]!, ret[empty]! - 1);
    return failures;
  }

  /**
   * The operation, and lesser elements that leave it no instant, apart from gaps that `except` says do not matter. A look that would
   * find one only when its element has been taken needs the take, too.
   */
  proof(need: Need, untils: Int32Array, except: { from: number; to: number } | null = null): number[] {
    const { operation, place, from, to } = need;
    const limited = to + 1 < this.#spans.partition.ret[operation]!;
    const x = limited ? this.#order[place]! : NOBODY;
    const end = limited ? this.#spans.left[x]! : to + 1;
    const elements =
      except === null
        ? this.#covering(untils, from, end, place)
        : [
            ...this.#covering(untils, from, except.from, place),
            ...this.#covering(untils, Math.max(from, except.to), end, place),
          ];
    return [operation, limited ? this.#spans.gathered.take[x]! : NOBODY, ...elements];
  }

  /** Operations on elements, before a place in the order, that are there in all gaps from `from` to before `to`. */
  #covering(untils: Int32Array, from: number, to: number, place: number): number[] {
    if (from >= to) return [];
    const spans = this.#spans;
    const { places } = this;
    const chain = cover(spans.byEntry(), untils, from, to, (x) => places[x]! < place);
    return chain.flatMap((x) => [spans.first[x]!, spans.last(x, spans.gathered.take[x]!)]);
  }

  /** Per element: its place in the order. */
  get places(): Int32Array {
    if (this.#places === null) {
      this.#places = int32(this.#order.length);
      for (let k = 0; k < this.#order.length; k++) this.#places[this.#order[k]!] = k;
    }
    return this.#places;
  }
}
