// Judges sets that are never read as a whole: each element by itself, as a switch that adds turn on and removes turn off.
//
// A sweep over the events of an element keeps every way in which the element can have come and gone so far. A way is: whether the
// element is there, since when, and which writes (adds or removes) that are still open were spent on a change. More is not
// needed: an operation is served by any moment within its interval at which the element is as it says; so at its return it is
// still to be served only if the element has been the other way round since before its invocation. Whatever is served is free:
// a write may then still make a change, or none.
//
// Changes wait until they must happen, for later is never worse, unless the write that makes the change runs out. So just before
// an operation X returns, with the element
// - the other way round and X to be served: it changes, by X, or by the open write that returns first if X only looks;
// - the other way round and X a served, unspent write: it may change, or not;
// - as X says and X an unspent write: it may go and come back by X, which serves those that wait for the other way.
// Ways that are no better than another in any respect are dropped, so that mostly one is left.
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { ABSENT, ADD, PRESENT, REMOVE, type SetRoles } from './set-roles.js';

/** Ways that are kept for one element. */
const MOST_WAYS = 64;
/** Writes on one element that are open at a time. */
const MOST_OPEN = 31;

const NOBODY = -1;
/** Instead of a stamp: the way led nowhere. */
const GONE = -2;

/** An element has more ways, or more open writes, than are kept. */
export class TooMany extends Error {}

export class Presence {
  readonly #roles: SetRoles;
  readonly #machine: Machine;
  readonly #startsEmpty: boolean;
  /** Per element: how many events it has, then where the next one goes. All 0 between judgements. */
  readonly #places: Int32Array;
  // Ways in use: `#ways`. Since: stamp of the event before which the last change was, -1: none. Spent: open writes by slot; and
  // how many pending adds and removes.
  #ways = 0;
  readonly #there = new Uint8Array(MOST_WAYS * 2);
  readonly #since = new Int32Array(MOST_WAYS * 2);
  readonly #spent = new Int32Array(MOST_WAYS * 2);
  readonly #late = [new Int32Array(MOST_WAYS * 2), new Int32Array(MOST_WAYS * 2)] as const;
  // Writes in their slots: the free slots; those in use by removes and adds; when they return. Pending removes and adds so far.
  #free = 0;
  readonly #writes = new Int32Array(2);
  readonly #deadline = new Int32Array(MOST_OPEN);
  readonly #pending = new Int32Array(2);
  // Operations that find the element absent or present: how many completing ones are open, the last invocation of one.
  readonly #open = new Int32Array(2);
  readonly #lastCall = new Int32Array(2);

  /** `values`: more than the number of any element. */
  constructor(machine: Machine, roles: SetRoles, startsEmpty: boolean, values: number) {
    this.#machine = machine;
    this.#roles = roles;
    this.#startsEmpty = startsEmpty;
    this.#places = new Int32Array(values);
  }

  /**
   * The operations that clash first, the one that fails at their head; null: there are none. Leaves reads of the whole set out. Throws `TooMany` where an element has too many
   * operations at a time.
   */
  judge(partition: Partition, cutoff: number): number[] | null {
    const { events, ends } = this.#byElement(partition, cutoff);
    const slots = new Uint8Array(partition.count);
    let until = cutoff;
    let clashing: number[] | null = null;
    for (let from = 0, e = 0; e < ends.length; from = ends[e++]!) {
      const own = events.subarray(from, ends[e]!);
      const operation = this.#sweep(partition, cutoff, until, own, slots);
      if (operation === NOBODY) continue;
      until = partition.ret[operation]! - 1;
      clashing = this.#clashing(partition, own, operation);
    }
    return clashing;
  }

  /**
   * Events in order of stamp for one element after the other: twice the operation, and one more for a return. `ends`: where the
   * events of each element end.
   */
  #byElement({ count, call, ret, action, events }: Partition, cutoff: number) {
    const { act, element } = this.#roles;
    const places = this.#places;
    const byStamp = new Int32Array(Math.min(events, cutoff + 1)).fill(NOBODY);
    const firsts: number[] = [];
    let total = 0;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const what = act[action[i]!]!;
      const returns = ret[i]! <= cutoff;
      if (what > ABSENT || (!returns && what > REMOVE)) continue;
      const x = element[action[i]!]!;
      if (places[x] === 0) firsts.push(x);
      byStamp[call[i]!] = 2 * i;
      if (returns) byStamp[ret[i]!] = 2 * i + 1;
      const more = returns ? 2 : 1;
      places[x]! += more;
      total += more;
    }
    const ends = new Int32Array(firsts.length);
    let end = 0;
    for (let e = 0; e < firsts.length; e++) {
      const x = firsts[e]!;
      const begin = end;
      end += places[x]!;
      ends[e] = end;
      places[x] = begin;
    }
    const sorted = new Int32Array(total);
    for (const event of byStamp) if (event !== NOBODY) sorted[places[element[action[event >> 1]!]!]!++] = event;
    for (const x of firsts) places[x] = 0;
    return { events: sorted, ends };
  }

  /** The operation with whose return, by stamp `until`, no way is left; or NOBODY. */
  #sweep(
    { call, ret, action }: Partition,
    cutoff: number,
    until: number,
    events: Int32Array,
    slots: Uint8Array,
  ): number {
    const { act } = this.#roles;
    this.#begin(this.#startsEmpty ? 0 : this.#initially(action, events));
    for (let e = 0; e < events.length; e++) {
      const event = events[e]!;
      const i = event >> 1;
      const what = act[action[i]!]!;
      const there = what === ADD || what === PRESENT ? 1 : 0;
      const writes = what === ADD || what === REMOVE;
      if ((event & 1) === 1) {
        if (ret[i]! > until) return NOBODY;
        this.#open[there]!--;
        this.#finish(there, writes ? slots[i]! : NO_VALUE, call[i]!, ret[i]!);
        if (this.#ways === 0) return i;
      } else if (ret[i]! > cutoff) {
        this.#pending[there]!++;
      } else {
        this.#open[there]!++;
        this.#lastCall[there] = call[i]!;
        if (writes) slots[i] = this.#take(there, ret[i]!);
      }
    }
    return NOBODY;
  }

  #begin(there: number): void {
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

  /** Whether the element is there at the start: what the first operation that looks would see. It does not matter if none does. */
  #initially(action: Int32Array, events: Int32Array): number {
    for (const event of events) {
      const what = this.#roles.act[action[event >> 1]!]!;
      if (what !== PRESENT && what !== ABSENT) continue;
      const legal = this.#machine.step(this.#machine.initial, action[event >> 1]!) !== NO_STATE;
      return legal === (what === PRESENT) ? 1 : 0;
    }
    return 0;
  }

  #take(there: number, deadline: number): number {
    if (this.#free === 0) throw new TooMany();
    const slot = 31 - Math.clz32(this.#free);
    this.#free &= ~(1 << slot);
    this.#writes[there]! |= 1 << slot;
    this.#deadline[slot] = deadline;
    return slot;
  }

  /** Lets an operation return: `slot` is that of a write, or NO_VALUE. */
  #finish(there: number, slot: number, invoked: number, stamp: number): void {
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

  /** The failed operation, and before it by turns one that found the element otherwise, each over before the next began. */
  #clashing({ call, ret, action }: Partition, events: Int32Array, failed: number): number[] {
    const { act } = this.#roles;
    const isThere = (i: number) => act[action[i]!] === ADD || act[action[i]!] === PRESENT;
    const chain = [failed];
    for (let next = failed; chain.length < 4; ) {
      let best = NOBODY;
      for (const event of events) {
        const i = event >> 1;
        if ((event & 1) === 1 && ret[i]! < call[next]! && isThere(i) !== isThere(next)) {
          if (best === NOBODY || call[i]! > call[best]!) best = i;
        }
      }
      if (best === NOBODY) break;
      chain.push(best);
      next = best;
    }
    return chain;
  }
}
