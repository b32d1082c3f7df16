// Judges sets that are never read as a whole: each element by itself, by the ways in which it can have come and gone.
import { int32, uint8 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { ABSENT, ADD, PRESENT, REMOVE, type SetRoles } from './set-roles.js';
import { Ways } from './set-ways.js';

const NOBODY = -1;

export class Presence {
  readonly #roles: SetRoles;
  readonly #machine: Machine;
  readonly #startsEmpty: boolean;
  /** Per element: how many events it has, then where the next one goes. All 0 between judgements. */
  readonly #places: Int32Array;
  readonly #ways = new Ways();

  /** `values`: more than the number of any element. */
  constructor(machine: Machine, roles: SetRoles, startsEmpty: boolean, values: number) {
    this.#machine = machine;
    this.#roles = roles;
    this.#startsEmpty = startsEmpty;
    this.#places = int32(values);
  }

  /**
   * The operations that clash first, in any order; null: there are none. Leaves reads of the whole set out. Throws `TooMany`
   * where an element has too many operations at a time.
   */
  judge(partition: Partition, cutoff: number): number[] | null {
    const { events, ends } = this.#byElement(partition, cutoff);
    const slots = uint8(partition.count);
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
    const byStamp = int32(Math.min(events, cutoff + 1)).fill(NOBODY);
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
    const ends = int32(firsts.length);
    let end = 0;
    for (let e = 0; e < firsts.length; e++) {
      const x = firsts[e]!;
      const begin = end;
      end += places[x]!;
      ends[e] = end;
      places[x] = begin;
    }
    const sorted = int32(total);
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
    const ways = this.#ways;
    ways.begin(this.#startsEmpty ? 0 : this.#initially(action, events));
    for (const event of events) {
      const i = event >> 1;
      const what = act[action[i]!]!;
      const there = what === ADD || what === PRESENT ? 1 : 0;
      const writes = what <= REMOVE;
      if ((event & 1) === 1) {
        if (ret[i]! > until) return NOBODY;
        ways.return(there, writes ? slots[i]! : NO_VALUE, call[i]!, ret[i]!);
        if (ways.count === 0) return i;
      } else if (ret[i]! > cutoff) {
        ways.invokePending(there);
      } else {
        ways.invoke(there, call[i]!);
        if (writes) slots[i] = ways.slotFor(there, ret[i]!);
      }
    }
    return NOBODY;
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
