// Judges a register or cas-register whose values are written once each, in linear time (Gibbons & Korach 1997): operations on
// one value, and on values linked by compare-and-sets, form blocks that must not interleave.
import { int32 } from '../../shared/columns.js';
import type { Actions } from '../prepare/actions.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Scratch } from './scratch.js';

const NOBODY = -1;
/** Stamp before all others. */
const START = -1;

export class Zones implements Monitor {
  readonly name = 'zones';
  readonly because = 'every value is written once';
  readonly #actions: Actions;
  readonly #initial: number;
  readonly #scratch: Scratch;
  // Per value: who leaves it, which cas takes it away, and of those that only observe it, the one that returns first and the
  // one that is invoked last.
  readonly #writer: Int32Array;
  readonly #taker: Int32Array;
  readonly #firstReader: Int32Array;
  readonly #lastReader: Int32Array;
  /** 1: a completed operation, or a pending one that must have happened, needs the value. */
  readonly #needed: Int32Array;
  // The block at hand: the operation that returns first and the one that is invoked last, with the stamps.
  #first = NOBODY;
  #last = NOBODY;
  #fin = START;
  #sta = START;

  /** All partitions must be interned before. */
  constructor({ actions, initial }: Machine) {
    this.#actions = actions;
    this.#initial = initial;
    this.#scratch = new Scratch(actions);
    this.#writer = this.#scratch.column(NOBODY);
    this.#taker = this.#scratch.column(NOBODY);
    this.#firstReader = this.#scratch.column(NOBODY);
    this.#lastReader = this.#scratch.column(NOBODY);
    this.#needed = this.#scratch.column(0);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    this.#findNeeded(partition, cutoff);
    const found = this.#link(partition, cutoff) ?? this.#observe(partition, cutoff) ?? this.#blocks(partition, cutoff);
    this.#scratch.clean(partition, this.#actions, this.#initial);
    return found;
  }

  /** Values that completed operations need, and through pending compare-and-sets those that these need in turn. */
  #findNeeded({ count, call, ret, action }: Partition, cutoff: number): void {
    const { needs, leaves } = this.#actions;
    const needed = this.#needed;
    const pending = new Map<number, number[]>();
    const fresh: number[] = [];
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const value = needs[action[i]!]!;
      if (value === NO_VALUE) continue;
      const left = leaves[action[i]!]!;
      if (ret[i]! > cutoff) {
        if (left === NO_VALUE) continue;
        const sources = pending.get(left);
        if (sources === undefined) pending.set(left, [value]);
        else sources.push(value);
      } else if (needed[value] === 0) {
        needed[value] = 1;
        fresh.push(value);
      }
    }
    if (pending.size === 0) return;
    for (let value = fresh.pop(); value !== undefined; value = fresh.pop()) {
      for (const source of pending.get(value) ?? []) {
        if (needed[source] === 1) continue;
        needed[source] = 1;
        fresh.push(source);
      }
    }
  }

  /** Who leaves each value and who takes it away. A pending operation whose value nobody needs may as well not exist. */
  #link({ count, call, ret, action }: Partition, cutoff: number): Judgement | null {
    const { needs, leaves } = this.#actions;
    let twice: Judgement | null = null;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const left = leaves[action[i]!]!;
      if (left === NO_VALUE || (ret[i]! > cutoff && this.#needed[left] === 0)) continue;
      if (left === this.#initial) return { obstacle: 'the initial value is written again' };
      if (this.#writer[left] !== NOBODY) return { obstacle: 'a value is written more than once' };
      this.#writer[left] = i;
      const taken = needs[action[i]!]!;
      if (taken === NO_VALUE) continue;
      if (this.#taker[taken] !== NOBODY) twice ??= clash(this.#taker[taken]!, i);
      this.#taker[taken] = i;
    }
    return twice;
  }

  #observe({ count, call, ret, action }: Partition, cutoff: number): Judgement | null {
    const { needs, leaves } = this.#actions;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const value = needs[action[i]!]!;
      if (value === NO_VALUE || ret[i]! > cutoff) continue;
      if (this.#writer[value] === NOBODY && value !== this.#initial) return clash(i);
      if (leaves[action[i]!] !== NO_VALUE) continue;
      const first = this.#firstReader[value]!;
      if (first === NOBODY || ret[i]! < ret[first]!) this.#firstReader[value] = i;
      this.#lastReader[value] = i;
    }
    return null;
  }

  /** Judges the blocks, one for each value that was written rather than put by a cas: inside, then against each other. */
  #blocks(partition: Partition, cutoff: number): Judgement {
    const { count, call, action, events } = partition;
    const { needs, leaves } = this.#actions;
    const first = int32(count + 1);
    const last = int32(count + 1);
    /** Block + 1 by the stamp + 1 at which its zone begins. */
    const begins = int32(events + 1);
    let blocks = 0;
    let linked = 0;
    for (let i = -1; i < count && (i < 0 || call[i]! <= cutoff); i++) {
      const value = i < 0 ? this.#initial : leaves[action[i]!]!;
      if (i >= 0 && (value === NO_VALUE || this.#writer[value] !== i)) continue;
      if (i >= 0 && needs[action[i]!] !== NO_VALUE) {
        linked++;
        continue;
      }
      const steps = this.#walk(partition, cutoff, value);
      if (steps < 0) return clash(this.#first, this.#last);
      linked -= steps;
      if (this.#last === NOBODY) continue;
      first[blocks] = this.#first;
      last[blocks] = this.#last;
      begins[Math.min(this.#fin, this.#sta) + 1] = ++blocks;
    }
    // Every live cas hangs on a write or the initial value, unless its source was never there or they form a circle.
    if (linked > 0) return clash();
    return disjoint(partition, cutoff, first, last, begins);
  }

  /**
   * Gathers the block that begins with `value`, in its order: the write, its readers, the cas that takes it, the readers of
   * what that leaves, and so on. Returns the number of compare-and-sets in it, or -1 when `#first` returned before `#last`, which
   * has to come before it, was invoked.
   */
  #walk({ call, ret, action }: Partition, cutoff: number, value: number): number {
    const { leaves } = this.#actions;
    this.#first = NOBODY;
    this.#last = NOBODY;
    this.#fin = value === this.#initial ? START : NEVER;
    this.#sta = START;
    const enter = (earliest: number, latest: number): boolean => {
      const returned = ret[earliest]! > cutoff ? NEVER : ret[earliest]!;
      if (returned < this.#sta) {
        this.#first = earliest;
        return false;
      }
      if (returned < this.#fin) {
        this.#fin = returned;
        this.#first = earliest;
      }
      if (call[latest]! > this.#sta) {
        this.#sta = call[latest]!;
        this.#last = latest;
      }
      return true;
    };
    for (let at = value, steps = 0; ; steps++) {
      const writer = this.#writer[at]!;
      if (writer !== NOBODY && !enter(writer, writer)) return -1;
      const reader = this.#firstReader[at]!;
      if (reader !== NOBODY && !enter(reader, this.#lastReader[at]!)) return -1;
      const taker = this.#taker[at]!;
      if (taker === NOBODY) return steps;
      at = leaves[action[taker]!]!;
    }
  }
}

/**
 * A block whose first return precedes its last invocation holds the register from the one to the other: a forward zone. So no
 * two forward zones overlap, and no backward zone (the operations of the block all overlap) lies inside a forward one.
 */
function disjoint(
  { call, ret }: Partition,
  cutoff: number,
  first: Int32Array,
  last: Int32Array,
  begins: Int32Array,
): Judgement {
  let holder = NOBODY;
  let until = START;
  for (const entry of begins) {
    if (entry === 0) continue;
    const block = entry - 1;
    const earliest = first[block]!;
    const returned = earliest === NOBODY ? START : ret[earliest]! > cutoff ? NEVER : ret[earliest]!;
    const invoked = call[last[block]!]!;
    const forward = returned < invoked;
    if (holder !== NOBODY && returned < until && (forward || invoked < until)) {
      return clash(first[holder]!, last[holder]!, earliest, last[block]!);
    }
    if (!forward) continue;
    holder = block;
    until = invoked;
  }
  return LINEARIZABLE;
}
