// Whether the elements of a queue can have come out in the order in which they were put, given who took each of them.
import { int32 } from '../../shared/columns.js';
import type { Partition } from '../prepare/partition.js';
import { NOBODY, type PutsAndTakes } from './puts-and-takes.js';

/** Elements that cannot be put in order, and operations on them that say so. */
export interface Disorder {
  elements: number[];
  operations: number[];
}

/**
 * An element's takes and looks are its sights: between them nobody else sees another element. Where the first of them returns
 * before the last is invoked, the element is at the head from the one to the other, so that other sights lie before or after
 * that, and those that begin or end within can be cut down to what is outside. After that an element is seen at any one instant
 * of an interval, and there are two reasons for an order: one was put before the other, or seen before it. The queue was one if
 * and only if no two elements contradict each other (Henzinger, Sezgin, Vafeiadis, CONCUR 2013; Bouajjani et al., ICALP 2015).
 */
export class QueueOrder {
  readonly #puts: PutsAndTakes;
  /** Per element, stamps: first return and last invocation of its sights. */
  fin: Int32Array = new Int32Array(0);
  sta: Int32Array = new Int32Array(0);
  /** Per element: its first and last instant, stamps times two; odd numbers are cut off just before or after a stamp. */
  #early: Int32Array = new Int32Array(0);
  #late: Int32Array = new Int32Array(0);
  /** By stamp: the element + 1 that is at the head then for sure, its first return and last invocation left out. */
  #head: Int32Array = new Int32Array(0);
  /** By stamp: the element + 1 that is seen first of those whose put is invoked then or later. */
  #next: Int32Array = new Int32Array(0);

  constructor(puts: PutsAndTakes) {
    this.#puts = puts;
  }

  /**
   * `takenFrom`: per element, the invocation of its take; `limit`: after all stamps. Null: all is in order.
   */
  judge(partition: Partition, limit: number, takenFrom: Int32Array): Disorder | null {
    this.#measure(partition, limit, takenFrom);
    return this.#heads(limit) ?? this.#cut(partition, limit) ?? this.#compare(partition, limit);
  }

  /** Of elements whose put is invoked after the stamp, the one that is seen first, or NOBODY. After `judge`. */
  nextAfter(stamp: number): number {
    return stamp + 1 < this.#next.length ? this.#next[stamp + 1]! - 1 : NOBODY;
  }

  #measure({ call, ret }: Partition, limit: number, takenFrom: Int32Array): void {
    const { count, put, take, firstLook, lastLook } = this.#puts;
    if (this.fin.length < count) {
      this.fin = int32(put.length);
      this.sta = int32(put.length);
      this.#early = int32(put.length);
      this.#late = int32(put.length);
    }
    for (let e = 0; e < count; e++) {
      const one = take[e]!;
      let fin = one === NOBODY || ret[one]! >= limit ? limit : ret[one]!;
      let sta = takenFrom[e]!;
      const look = firstLook[e]!;
      if (look !== NOBODY) {
        fin = Math.min(fin, ret[look]!);
        sta = Math.max(sta, call[lastLook[e]!]!);
      }
      this.fin[e] = fin;
      this.sta[e] = sta;
    }
  }

  /** Only looks make an element stay at the head; two elements cannot be there at once. */
  #heads(limit: number): Disorder | null {
    const { count, looks } = this.#puts;
    if (looks.length === 0) {
      this.#head = NONE;
      return null;
    }
    const head = int32(limit);
    this.#head = head;
    const begins = int32(limit);
    for (let e = 0; e < count; e++) if (this.fin[e]! < this.sta[e]!) begins[this.fin[e]!] = e + 1;
    let holder = NOBODY;
    let until = -1;
    for (let stamp = 0; stamp < limit; stamp++) {
      const e = begins[stamp]! - 1;
      if (e >= 0) {
        if (stamp < until) return { elements: [holder, e], operations: [...this.#sights(holder), ...this.#sights(e)] };
        holder = e;
        until = this.sta[e]!;
      } else if (stamp < until) {
        head[stamp] = holder + 1;
      }
    }
    return null;
  }

  /** Cuts all sights down to when no other element is at the head. */
  #cut({ call }: Partition, limit: number): Disorder | null {
    const { count, put } = this.#puts;
    const { fin, sta } = this;
    const never = 2 * limit + 2;
    for (let e = 0; e < count; e++) {
      const ends = fin[e]!;
      const begins = sta[e]!;
      if (ends < begins) {
        this.#early[e] = 2 * ends;
        this.#late[e] = 2 * ends;
        continue;
      }
      const first = this.#headAt(begins);
      const last = this.#headAt(ends);
      const early = begins >= limit ? never : first === NOBODY ? 2 * begins : 2 * sta[first]! + 1;
      const late = ends >= limit ? never : last === NOBODY ? 2 * ends : 2 * fin[last]! - 1;
      if (late < early) return { elements: [first, e], operations: [...this.#sights(first), ...this.#sights(e)] };
      if (late < 2 * call[put[e]!]!) {
        return { elements: [last, e], operations: [...this.#sights(last), put[e]!, ...this.#sights(e)] };
      }
      this.#early[e] = early;
      this.#late[e] = late;
    }
    return null;
  }

  /** No element is put before another and seen after it. */
  #compare({ call, ret }: Partition, limit: number): Disorder | null {
    const { count, put } = this.#puts;
    const next = int32(limit + 1);
    this.#next = next;
    for (let e = 0; e < count; e++) next[call[put[e]!]!] = e + 1;
    let best = NOBODY;
    for (let stamp = limit; stamp >= 0; stamp--) {
      const e = next[stamp]! - 1;
      if (e >= 0 && (best === NOBODY || this.#late[e]! < this.#late[best]!)) best = e;
      next[stamp] = best + 1;
    }
    for (let e = 0; e < count; e++) {
      const returned = ret[put[e]!]!;
      if (returned >= limit) continue;
      const rival = next[returned]! - 1;
      if (rival !== NOBODY && this.#late[rival]! < this.#early[e]!) return this.#swapped(e, rival);
    }
    return null;
  }

  #swapped(first: number, second: number): Disorder {
    const { put } = this.#puts;
    const between = [this.#headAt(this.sta[first]!), this.#headAt(this.fin[second]!)].filter((e) => e !== NOBODY);
    return {
      elements: [first, second, ...between],
      operations: [put[first]!, put[second]!, ...[first, second, ...between].flatMap((e) => this.#sights(e))],
    };
  }

  #headAt(stamp: number): number {
    return stamp < this.#head.length ? this.#head[stamp]! - 1 : NOBODY;
  }

  #sights(element: number): number[] {
    const { take, firstLook, lastLook } = this.#puts;
    return [take[element]!, firstLook[element]!, lastLook[element]!];
  }
}

const NONE = new Int32Array(0);
