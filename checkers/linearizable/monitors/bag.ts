// Judges a container that gives its elements out in any order, each put once: only who puts and takes an element, and whether
// it was ever empty, matters. Linear but for sorting what is left over at the end.
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clashOf } from './clash-of.js';
import { falselyEmpty, filling } from './emptiness.js';
import { Leftovers } from './leftovers.js';
import { type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Presence } from './presence.js';
import { NOBODY, PutsAndTakes } from './puts-and-takes.js';

/**
 * An element is surely there from the return of its put, or of a look at it, to the invocation of its take, or of a look at it;
 * whoever found the container empty needs an instant at which no element surely was there. Given such instants, each element
 * that is not surely there at one can be put and taken on one side of it. Pending takes of unknown elements: those put first go
 * to those invoked first, which makes the number of elements surely there as small as it can be, at all instants at once.
 */
export class Bag implements Monitor {
  readonly name = 'bag';
  readonly because = 'every element is put once';
  readonly #puts: PutsAndTakes;
  readonly #leftovers: Leftovers;
  readonly #presence: Presence;

  /** For a model with a container of order `any`. All partitions must be interned before. */
  constructor(machine: Machine) {
    this.#puts = new PutsAndTakes(machine);
    this.#leftovers = new Leftovers(this.#puts);
    this.#presence = new Presence(this.#puts);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const puts = this.#puts;
    const gathered = puts.gather(partition, cutoff);
    if (gathered !== null) return gathered;
    if (puts.empties.length === 0) return LINEARIZABLE;
    const limit = Math.min(cutoff + 1, partition.events);
    this.#presence.begin(partition, limit);
    const leftovers = this.#leftovers;
    leftovers.find(partition, limit, this.#presence.from);
    if (!leftovers.open) return this.#judgeAs(partition, limit);
    if (!leftovers.known) {
      leftovers.share(leftovers.order);
      return this.#judgeAs(partition, limit);
    }
    leftovers.hope(partition.call);
    const hoped = this.#judgeAs(partition, limit, false, leftovers.crowd(partition.call, this.#presence.from));
    if (hoped !== LINEARIZABLE) return hoped;
    for (const kept of [true, false]) {
      const own = (e: number) => (kept ? leftovers.ownOf(partition.call, e) : limit);
      leftovers.share(leftovers.order.filter((e) => own(e) === limit));
      for (const e of leftovers.order) if (own(e) < limit) leftovers.takenFrom[e] = own(e);
      if (this.#judgeAs(partition, limit) === LINEARIZABLE) return LINEARIZABLE;
    }
    return { obstacle: 'it is not clear what the pending takes took' };
  }

  /** With the takes as `#leftovers` has them; `shared`: in the order of the puts. `crowd`: where they are just hoped for. */
  #judgeAs(partition: Partition, limit: number, shared = true, crowd: Int32Array | null = null): Judgement {
    const { empties } = this.#puts;
    const presence = this.#presence;
    presence.end(partition, this.#leftovers.takenFrom);
    const empty = falselyEmpty(partition, limit, empties, presence, crowd);
    if (empty === NOBODY) return LINEARIZABLE;
    const elements = filling(partition, empty, presence, this.#leftovers, shared);
    return clashOf([empty, ...elements.flatMap((e) => presence.proofOf(partition, limit, e))]);
  }
}
