// Judges a queue into which every element is put once. Linear but for sorting what is left over at the end.
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clashOf } from './clash-of.js';
import { type Deadlines, deadlinesOf } from './deadlines.js';
import { falselyEmpty, filling } from './emptiness.js';
import { Leftovers } from './leftovers.js';
import { type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Presence } from './presence.js';
import { NOBODY, PutsAndTakes } from './puts-and-takes.js';
import { type Disorder, QueueOrder } from './queue-order.js';

/** Ways to share out unknown takes that are tried where there is no rule for it. */
const ATTEMPTS = 8;

/**
 * Given what takes each element, it is a queue if and only if no two elements contradict each other (`QueueOrder`) and whoever
 * found it empty had an instant at which no element surely was there (`falselyEmpty`): such instants cut the history into
 * pieces, every element fits into one of them with its put and its take, and cutting orders no more elements than before.
 *
 * Pending takes of unknown elements: an element put before another has to be gone no later than that one, by both rules. So
 * those put first go to those invoked first, and if that does not work, nothing does. Only where leftover elements were looked at
 * as well, or a pending take is known to be one of a certain element, the deadlines may cross: then those with the earliest
 * deadlines come first, and those that are still too late get an earlier one in the next attempt. What succeeds is right, and so
 * is what fails by necessary deadlines; the rest is for the search.
 */
export class Queue implements Monitor {
  readonly name = 'queue';
  readonly because = 'every element is put once';
  readonly #puts: PutsAndTakes;
  readonly #leftovers: Leftovers;
  readonly #presence: Presence;
  readonly #order: QueueOrder;
  /** The elements of the latest violation. */
  #blamed: readonly number[] = [];

  /** For a model with a container of order `first`. All partitions must be interned before. */
  constructor(machine: Machine) {
    this.#puts = new PutsAndTakes(machine);
    this.#leftovers = new Leftovers(this.#puts);
    this.#presence = new Presence(this.#puts);
    this.#order = new QueueOrder(this.#puts);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const gathered = this.#puts.gather(partition, cutoff);
    if (gathered !== null) return gathered;
    const limit = Math.min(cutoff + 1, partition.events);
    const leftovers = this.#leftovers;
    this.#presence.begin(partition, limit);
    leftovers.find(partition, limit, this.#presence.from);
    if (!leftovers.open) return this.#judgeAs(partition, limit, false);
    if (!leftovers.known && !leftovers.seen) {
      leftovers.share(leftovers.order);
      return this.#judgeAs(partition, limit, true);
    }
    return this.#judgeOpen(partition, limit);
  }

  /** Where it is not clear in which order unknown takes are to be shared out. */
  #judgeOpen(partition: Partition, limit: number): Judgement {
    const { call } = partition;
    const leftovers = this.#leftovers;
    leftovers.hope(call);
    const hoped = this.#judgeAs(partition, limit, false, leftovers.crowd(call, this.#presence.from));
    if (hoped !== LINEARIZABLE) return hoped;
    const deadlines = deadlinesOf(partition, limit, this.#puts, leftovers, this.#presence, this.#order);
    const wanted = deadlines.before.slice();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const places = this.#share(call, limit, wanted);
      const late = attempt === 0 ? this.#late(limit, places, deadlines) : 0;
      if (late > 0) return this.#tooFew(partition, limit, places.slice(0, late), deadlines);
      if (this.#judgeAs(partition, limit, false) === LINEARIZABLE) return LINEARIZABLE;
      const blamed = new Set(this.#blamed);
      for (const [place, e] of leftovers.order.entries()) {
        if (blamed.has(e)) wanted[place] = Math.min(wanted[place]!, leftovers.takenFrom[e]! - 1);
      }
    }
    leftovers.share(leftovers.order);
    if (this.#judgeAs(partition, limit, false) === LINEARIZABLE) return LINEARIZABLE;
    return { obstacle: 'it is not clear what the pending takes took' };
  }

  /** Elements whose own pending take is too late get an unknown one, the most urgent first. Their places, in that order. */
  #share(call: Int32Array, limit: number, wanted: Int32Array): number[] {
    const leftovers = this.#leftovers;
    const needy: number[] = [];
    for (const [place, e] of leftovers.order.entries()) {
      const own = leftovers.ownOf(call, e);
      if (own < limit && own < wanted[place]!) leftovers.takenFrom[e] = own;
      else needy.push(place);
    }
    needy.sort((a, b) => wanted[a]! - wanted[b]! || a - b);
    leftovers.share(needy.map((place) => leftovers.order[place]!));
    return needy;
  }

  /** How many of the elements it takes to see that some of them are taken too late; 0: none is. */
  #late(limit: number, places: readonly number[], { before }: Deadlines): number {
    const { order, takenFrom } = this.#leftovers;
    return 1 + places.findIndex((place) => before[place]! < limit && takenFrom[order[place]!]! > before[place]!);
  }

  /** There are not enough pending takes for all that have to be gone. */
  #tooFew(partition: Partition, limit: number, places: readonly number[], { reason }: Deadlines): Judgement {
    const elements = places.map((place) => this.#leftovers.order[place]!);
    const proof = elements.flatMap((e) => this.#presence.proofOf(partition, limit, e));
    return clashOf([...proof, ...places.map((place) => reason[place]!)]);
  }

  /** With the takes as `#leftovers` has them; `shared`: in the order of the puts. `crowd`: where they are just hoped for. */
  #judgeAs(partition: Partition, limit: number, shared: boolean, crowd: Int32Array | null = null): Judgement {
    const { takenFrom } = this.#leftovers;
    const disorder = this.#order.judge(partition, limit, takenFrom);
    if (disorder !== null) {
      this.#blamed = disorder.elements;
      return this.#disordered(partition, limit, disorder, shared);
    }
    const { empties } = this.#puts;
    const presence = this.#presence;
    presence.end(partition, takenFrom);
    const empty = falselyEmpty(partition, limit, empties, presence, crowd);
    if (empty === NOBODY) return LINEARIZABLE;
    const elements = filling(partition, empty, presence, this.#leftovers, shared);
    this.#blamed = elements;
    return clashOf([empty, ...elements.flatMap((e) => presence.proofOf(partition, limit, e))]);
  }

  #disordered({ ret }: Partition, limit: number, { elements, operations }: Disorder, shared: boolean): Judgement {
    const { order } = this.#leftovers;
    const competing = shared ? this.#leftovers.competing(elements.filter((e) => order.includes(e))) : [];
    const all = [...operations, ...competing.map((e) => this.#puts.put[e]!)];
    return clashOf(all.filter((one) => one !== NOBODY && ret[one]! < limit));
  }
}
