// Every way in which one element of a set can have come and gone so far: whether it is there, since when, and which writes (adds
// or removes) that are still open were spent on a change.
//
// More is not needed: an operation is served by any moment within its interval at which the element is as it says; so at its
// return it is still to be served only if the element has been the other way round since before its invocation. Whatever is
// served is free: a write may then still make a change, or none.
//
// Changes wait until they must happen, for later is never worse, unless the write that makes the change runs out. So just before
// an operation X returns, with the element
// - the other way round and X to be served: it changes, by X, or by the open write that returns first if X only looks;
// - the other way round and X a served, unspent write: it may change, or not;
// - as X says and X an unspent write: it may go and come back by X, which serves those that wait for the other way.
// Ways that are no better than another in any respect are dropped, so that mostly one is left.
import { int32, uint8 } from '../../shared/columns.js';
import { NO_VALUE } from '../prepare/values.js';

/** Ways that are kept. */
const MOST_WAYS = 64;
/** Writes that are open at a time. */
const MOST_OPEN = 31;

/** Instead of a stamp: the way led nowhere. */
const GONE = -2;

/** There are more ways, or more open writes, than are kept. */
export class TooMany extends Error {}

/** `there` is always 1 for present (adds) and 0 for absent (removes). */
export class Ways {
  // Ways in use: `#ways`. Since: stamp of the event before which the last change was, -1: none. Spent: open writes by slot; and
  // how many pending adds and removes.
  #ways = 0;
  readonly #there = uint8(MOST_WAYS * 2);
  readonly #since = int32(MOST_WAYS * 2);
  readonly #spent = int32(MOST_WAYS * 2);
  readonly #late = [int32(MOST_WAYS * 2), int32(MOST_WAYS * 2)] as const;
  // Writes in their slots: the free slots; those in use by removes and adds; when they return. Pending removes and adds so far.
  #free = 0;
  readonly #writes = int32(2);
  readonly #deadline = int32(MOST_OPEN);
  readonly #pending = int32(2);
  // Operations that find the element absent or present: how many completing ones are open, the last invocation of one.
  readonly #open = int32(2);
  readonly #lastCall = int32(2);

  /** How many are left: with none, the operation that returned last fits nowhere. */
  get count(): number {
    return this.#ways;
  }

  /** Starts again. */
  begin(there: number): void {
    this.#ways = 1;
    this.#there[0] = there;
    this.#since[0] = -1;
    this.#spent[0] = 0;
    this.#late[0][0] = 0;
    this.#late[1][0] = 0;
    this.#free = 0x7fffffff;
    this.#writes.fill(0);
    this.#pending.fill(0);
    this.#open.fill(0);
    this.#lastCall.fill(-1);
  }

  /** An operation is invoked that will return, and finds or leaves the element so. */
  invoke(there: number, stamp: number): void {
    this.#open[there]!++;
    this.#lastCall[there] = stamp;
  }

  /** A write is invoked that never returns. */
  invokePending(there: number): void {
    this.#pending[there]!++;
  }

  /** The slot for a write that is invoked and will return at the deadline. Throws `TooMany`. */
  slotFor(there: number, deadline: number): number {
    if (this.#free === 0) throw new TooMany();
    const slot = 31 - Math.clz32(this.#free);
    this.#free &= ~(1 << slot);
    this.#writes[there]! |= 1 << slot;
    this.#deadline[slot] = deadline;
    return slot;
  }

  /** An operation returns: `slot` is that of a write, or NO_VALUE. Throws `TooMany`. */
  return(there: number, slot: number, invoked: number, stamp: number): void {
    this.#open[there]!--;
    const bit = slot === NO_VALUE ? 0 : 1 << slot;
    const before = this.#ways;
    for (let w = 0; w < before; w++) {
      const unspent = bit !== 0 && (this.#spent[w]! & bit) === 0;
      if (this.#there[w] === there) {
        if (unspent && this.#awaited(1 - there, this.#since[w]!)) this.#goAndComeBack(w, stamp);
      } else if (invoked > this.#since[w]!) {
        const changes = unspent || this.#spend(w, there);
        if (changes) this.#change(w, there, stamp);
        else this.#since[w] = GONE;
      } else if (unspent) {
        this.#change(this.#copy(w), there, stamp);
      }
    }
    if (bit !== 0) {
      this.#free |= bit;
      this.#writes[there]! &= ~bit;
      for (let w = 0; w < this.#ways; w++) this.#spent[w]! &= ~bit;
    }
    if (this.#ways > 1 || this.#since[0] === GONE) this.#prune(stamp);
  }

  /** Whether an open operation that finds the element so may still have to be served. */
  #awaited(there: number, since: number): boolean {
    return this.#open[there]! > 0 && this.#lastCall[there]! > since;
  }

  #goAndComeBack(way: number, stamp: number): void {
    const other = this.#copy(way);
    if (this.#spend(other, 1 - this.#there[other]!)) this.#since[other] = stamp;
    else this.#ways--;
  }

  #change(way: number, there: number, stamp: number): void {
    this.#there[way] = there;
    this.#since[way] = stamp;
  }

  /** Spends the open write that returns first on making the element so; false: there is none. */
  #spend(way: number, there: number): boolean {
    let left = this.#writes[there]! & ~this.#spent[way]!;
    if (left === 0) {
      if (this.#late[there as 0 | 1][way]! >= this.#pending[there]!) return false;
      this.#late[there as 0 | 1][way]!++;
      return true;
    }
    let first = 31 - Math.clz32(left);
    for (left &= ~(1 << first); left !== 0; ) {
      const slot = 31 - Math.clz32(left);
      left &= ~(1 << slot);
      if (this.#deadline[slot]! < this.#deadline[first]!) first = slot;
    }
    this.#spent[way]! |= 1 << first;
    return true;
  }

  #copy(way: number): number {
    const to = this.#ways++;
    this.#move(way, to);
    return to;
  }

  #move(from: number, to: number): void {
    this.#there[to] = this.#there[from]!;
    this.#since[to] = this.#since[from]!;
    this.#spent[to] = this.#spent[from]!;
    this.#late[0][to] = this.#late[0][from]!;
    this.#late[1][to] = this.#late[1][from]!;
  }

  /** Drops the ways that are gone, and those no better than another. */
  #prune(stamp: number): void {
    let kept = 0;
    for (let w = 0; w < this.#ways; w++) {
      if (this.#since[w] === GONE) continue;
      // Where nobody waits it does not matter since when.
      if (!this.#awaited(1 - this.#there[w]!, this.#since[w]!)) this.#since[w] = stamp;
      let useless = false;
      for (let k = 0; k < kept && !useless; k++) useless = this.#covers(k, w);
      if (useless) continue;
      let still = 0;
      for (let k = 0; k < kept; k++) if (!this.#covers(w, k)) this.#move(k, still++);
      this.#move(w, still);
      kept = still + 1;
    }
    this.#ways = kept;
    if (kept > MOST_WAYS) throw new TooMany();
  }

  /** Whether way `a` is at least as good as way `b`. */
  #covers(a: number, b: number): boolean {
    return (
      this.#there[a] === this.#there[b] &&
      this.#since[a]! >= this.#since[b]! &&
      (this.#spent[a]! & ~this.#spent[b]!) === 0 &&
      this.#late[0][a]! <= this.#late[0][b]! &&
      this.#late[1][a]! <= this.#late[1][b]!
    );
  }
}
