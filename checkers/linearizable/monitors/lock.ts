// Judges locks that one owner at a time holds, in linear time: a sweep over the events that lets the lock be held as little as
// possible.
//
// To hold the lock is of no use but to release it. So
// - an acquire takes effect just before it returns, and a release as soon as it is invoked, if its owner holds the lock then;
// - otherwise a release needs a pending acquire of its owner just before it; the two together take only an instant at which the
//   lock is free, any one before the release returns;
// - a pending release takes effect when somebody needs the lock.
// One thing is to be chosen: when an acquire returns while another owner holds the lock, that owner's pending release may make
// room; or the acquire took effect earlier, at an instant at which the lock was free, and a pending release of its own followed.
// The sweep keeps all ways in which that can have gone, without those that are no better than another.
//
// It rests on no operation being invoked while another one of its owner is open that completes: an operation that stays pending
// may be followed by others.
import { int32, uint8 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';

/** No operation; an owner that does nothing. */
const NOBODY = -1;
/** Of a lock that nobody holds. */
const FREE = -2;
/** Of a way that led nowhere. */
const DEAD = -3;
/** Ways that are kept. */
const MOST_WAYS = 64;

// What a way counts for each owner, the less the better: pending operations that it has spent, open releases still to be done.
const ACQUIRES = 0;
const RELEASES = 1;
const OWES = 2;
const COUNTS = 3;

/** One way in which things can have gone. */
interface Way {
  holder: number;
  /** The acquire by which the lock is held; NOBODY: since the start. */
  by: number;
  /** Stamp of the event just before which the lock was free last, while it is held; -1: never. */
  free: number;
  /** By owner * COUNTS + what is counted; no zeros. */
  counts: Map<number, number>;
}

export class Locks implements Monitor {
  readonly name = 'lock';
  readonly because = 'every owner does one thing at a time';
  /** Per action: the number of its owner; whether it releases. */
  readonly #owner: Int32Array;
  readonly #releases: Uint8Array;
  /** FREE, who holds the lock at the start, or NOBODY: somebody who does nothing. */
  readonly #first: number;
  // Per owner: the open operation that completes; the last one that did; the one that took the lock away from the owner last;
  // how many operations are pending; 1: others followed those, so that it is not clear which release belongs to which acquire.
  readonly #open: Int32Array;
  readonly #last: Int32Array;
  readonly #taker: Int32Array;
  readonly #pending: readonly [acquires: Int32Array, releases: Int32Array];
  readonly #unclear: Uint8Array;
  #ways: Way[] = [];
  /** What clashed when the last way ended. */
  #clashing: number[] = [];

  /** All partitions must be interned before. */
  constructor(machine: Machine) {
    const { count, functions, f, input, output, process, values, model } = machine.actions;
    this.#owner = int32(count);
    this.#releases = uint8(count);
    for (let action = 0; action < count; action++) {
      const [asked, got] = [values.value(input[action]!), values.value(output[action]!)];
      const { act, owner } = model.lock!.role(functions[f[action]!]!, asked, got, process[action]!);
      this.#owner[action] = values.id(owner);
      this.#releases[action] = act === 'release' ? 1 : 0;
    }
    this.#open = int32(values.count).fill(NOBODY);
    this.#last = int32(values.count).fill(NOBODY);
    this.#taker = int32(values.count).fill(NOBODY);
    this.#pending = [int32(values.count), int32(values.count)];
    this.#unclear = uint8(values.count);
    this.#first = this.#atStart(machine);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    this.#ways = [{ holder: this.#first, by: NOBODY, free: -1, counts: new Map() }];
    const judgement = this.#sweep(partition, cutoff);
    this.#clean(partition, cutoff);
    return judgement;
  }

  /** The holder of the lock at the start, as far as that matters. */
  #atStart(machine: Machine): number {
    for (let action = 0; action < this.#owner.length; action++) {
      if (machine.step(machine.initial, action) === NO_STATE) continue;
      return this.#releases[action] === 1 ? this.#owner[action]! : FREE;
    }
    return NOBODY;
  }

  #clean({ count, call, action }: Partition, cutoff: number): void {
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const owner = this.#owner[action[i]!]!;
      this.#open[owner] = NOBODY;
      this.#last[owner] = NOBODY;
      this.#taker[owner] = NOBODY;
      this.#pending[ACQUIRES][owner] = 0;
      this.#pending[RELEASES][owner] = 0;
      this.#unclear[owner] = 0;
    }
  }

  #sweep(partition: Partition, cutoff: number): Judgement {
    const { call, ret, action } = partition;
    const events = eventsUpTo(partition, cutoff);
    for (let stamp = 0; stamp < events.length; stamp++) {
      const event = events[stamp]!;
      if (event === NOBODY) continue;
      const i = event >> 1;
      const owner = this.#owner[action[i]!]!;
      const releases = this.#releases[action[i]!] === 1;
      if ((event & 1) === 1) {
        const before = this.#ways.length;
        if (releases) this.#returnRelease(i, owner, call[i]!);
        else this.#returnAcquire(i, owner, call[i]!, stamp);
        if (before > 1 || this.#ways.length > 1 || this.#ways[0]!.holder === DEAD) this.#ways = best(this.#ways);
        if (this.#ways.length === 0) return this.#isClear(action) ? clash(...this.#clashing) : clash();
        if (this.#ways.length > MOST_WAYS)
          return { obstacle: 'there is too much that pending operations may have done' };
        this.#open[owner] = NOBODY;
        this.#last[owner] = i;
        continue;
      }
      if (this.#open[owner] !== NOBODY) return { obstacle: 'an owner has two operations at once' };
      if (this.#pending[ACQUIRES][owner]! + this.#pending[RELEASES][owner]! > 0) this.#unclear[owner] = 1;
      if (ret[i]! > cutoff) {
        this.#pending[releases ? RELEASES : ACQUIRES][owner]!++;
      } else {
        this.#open[owner] = i;
        if (releases) this.#invokeRelease(owner);
      }
    }
    return LINEARIZABLE;
  }

  /** Whether what clashed proves it together with the other halves: then it is worth telling. */
  #isClear(action: Int32Array): boolean {
    return this.#clashing.every((i) => i < 0 || this.#unclear[this.#owner[action[i]!]!] === 0);
  }

  #invokeRelease(owner: number): void {
    for (const way of this.#ways) {
      if (way.holder === owner) way.holder = FREE;
      else add(way, OWES, owner);
    }
  }

  #returnRelease(release: number, owner: number, invoked: number): void {
    for (const way of this.#ways) {
      if (!way.counts.delete(owner * COUNTS + OWES)) continue;
      const { holder } = way;
      const free = holder === FREE || invoked < way.free;
      if (!this.#has(way, ACQUIRES, owner)) {
        this.#fail(way, release, this.#last[owner]!, this.#taker[owner]!);
      } else if (!free && !this.#has(way, RELEASES, holder)) {
        this.#fail(way, release, way.by, this.#last[owner]!);
      } else {
        add(way, ACQUIRES, owner);
        if (free) continue;
        this.#takeAway(way, release);
        way.holder = FREE;
      }
    }
  }

  #returnAcquire(acquire: number, owner: number, invoked: number, stamp: number): void {
    const ways = this.#ways;
    for (let w = 0, before = ways.length; w < before; w++) {
      const way = ways[w]!;
      const { holder } = way;
      const now = holder === FREE || this.#has(way, RELEASES, holder);
      const earlier = holder !== FREE && invoked < way.free && this.#has(way, RELEASES, owner);
      if (earlier) {
        const other = now ? { ...way, counts: new Map(way.counts) } : way;
        add(other, RELEASES, owner);
        if (now) ways.push(other);
      }
      if (now) {
        if (holder !== FREE) this.#takeAway(way, acquire);
        way.holder = owner;
        way.by = acquire;
        way.free = stamp;
      } else if (!earlier) {
        this.#fail(way, acquire, way.by);
      }
    }
  }

  /** Whether the owner has a pending operation left. */
  #has({ counts }: Way, what: typeof ACQUIRES | typeof RELEASES, owner: number): boolean {
    const pending = owner === NOBODY ? 0 : this.#pending[what][owner]!;
    return pending > 0 && pending > (counts.get(owner * COUNTS + what) ?? 0);
  }

  /** A pending release makes room for an operation. */
  #takeAway(way: Way, operation: number): void {
    add(way, RELEASES, way.holder);
    this.#taker[way.holder] = operation;
  }

  #fail(way: Way, ...clashing: number[]): void {
    way.holder = DEAD;
    this.#clashing = clashing;
  }
}

function add({ counts }: Way, what: number, owner: number): void {
  const key = owner * COUNTS + what;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The ways that lead on, without those no better than another. */
function best(ways: readonly Way[]): Way[] {
  let kept: Way[] = [];
  for (const way of ways) {
    if (way.holder === DEAD || kept.some((other) => covers(other, way))) continue;
    kept = kept.filter((other) => !covers(way, other));
    kept.push(way);
  }
  return kept;
}

/** Whether way `a` is at least as good as way `b`. */
function covers(a: Way, b: Way): boolean {
  if (a.holder !== b.holder || (a.holder !== FREE && a.free < b.free)) return false;
  for (const [key, count] of a.counts) if (count > (b.counts.get(key) ?? 0)) return false;
  return true;
}

/** By stamp: twice the operation, and one more for its return; NOBODY: nothing that matters. */
function eventsUpTo({ count, call, ret, events }: Partition, cutoff: number): Int32Array {
  const byStamp = int32(Math.min(events, cutoff + 1)).fill(NOBODY);
  for (let i = 0; i < count && call[i]! <= cutoff; i++) {
    byStamp[call[i]!] = 2 * i;
    if (ret[i]! <= cutoff) byStamp[ret[i]!] = 2 * i + 1;
  }
  return byStamp;
}
