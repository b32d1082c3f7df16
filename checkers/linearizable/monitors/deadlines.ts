// By when leftover elements of a queue have to be gone, if at all: others behind them were seen, or the queue was found empty.
import { int32 } from '../../shared/columns.js';
import type { Partition } from '../prepare/partition.js';
import type { Leftovers } from './leftovers.js';
import type { Presence } from './presence.js';
import { NOBODY, type PutsAndTakes } from './puts-and-takes.js';
import type { QueueOrder } from './queue-order.js';

export interface Deadlines {
  /** Per place in `order`: the take has to be invoked before this stamp; `limit`: it need not be at all. */
  before: Int32Array;
  /** Per place: the operation that returns then, or NOBODY. */
  reason: Int32Array;
}

/**
 * Necessary, not sufficient. `queue` has judged with the most that can be hoped for, and found nothing.
 */
export function deadlinesOf(
  partition: Partition,
  limit: number,
  puts: PutsAndTakes,
  leftovers: Leftovers,
  presence: Presence,
  queue: QueueOrder,
): Deadlines {
  const { order } = leftovers;
  const before = int32(order.length).fill(limit);
  const reason = int32(order.length).fill(NOBODY);
  const emptyAfter = firstEmpties(partition, limit, puts.empties);
  const seenAfter = leftovers.seen ? new SeenAfter(partition, limit, puts, queue) : null;
  const { ret } = partition;
  for (const [place, e] of order.entries()) {
    const demand = (one: number) => {
      if (one === NOBODY || ret[one]! >= before[place]!) return;
      before[place] = ret[one]!;
      reason[place] = one;
    };
    const from = presence.from[e]!;
    if (from >= limit) continue;
    const next = queue.nextAfter(from);
    if (next !== NOBODY) demand(firstSight(partition, limit, puts, next));
    demand(emptyAfter[from]! - 1);
    const look = puts.firstLook[e]!;
    if (look === NOBODY || seenAfter === null) continue;
    const other = seenAfter.other(ret[look]!, e);
    if (other !== NOBODY) demand(firstSight(partition, limit, puts, other));
  }
  return { before, reason };
}

/** The completed take or look that returned first. */
function firstSight({ ret }: Partition, limit: number, { take, firstLook }: PutsAndTakes, e: number): number {
  const look = firstLook[e]!;
  const one = take[e]!;
  if (one === NOBODY || ret[one]! >= limit) return look;
  return look === NOBODY || ret[one]! < ret[look]! ? one : look;
}

/** By stamp: of the operations that found it empty and were invoked then or later, the one that returns first, + 1. */
function firstEmpties({ call, ret }: Partition, limit: number, empties: readonly number[]): Int32Array {
  const first = int32(limit + 1);
  for (const one of empties) first[call[one]!] = one + 1;
  let best = 0;
  for (let stamp = limit; stamp >= 0; stamp--) {
    const one = first[stamp]!;
    if (one > 0 && (best === 0 || ret[one - 1]! < ret[best - 1]!)) best = one;
    first[stamp] = best;
  }
  return first;
}

/** The elements that are seen first of those of which a sight is invoked after some stamp: the first two. */
class SeenAfter {
  readonly #first: Int32Array;
  readonly #second: Int32Array;

  constructor({ call, ret }: Partition, limit: number, { count, take, lastLook }: PutsAndTakes, { fin }: QueueOrder) {
    this.#first = int32(limit + 1);
    this.#second = int32(limit + 1);
    for (let e = 0; e < count; e++) {
      const one = take[e]!;
      const last = lastLook[e]!;
      const taken = one !== NOBODY && ret[one]! < limit ? call[one]! : -1;
      const stamp = Math.max(taken, last === NOBODY ? -1 : call[last]!);
      if (stamp >= 0) this.#first[stamp] = e + 1;
    }
    let first = 0;
    let second = 0;
    for (let stamp = limit; stamp >= 0; stamp--) {
      const one = this.#first[stamp]!;
      if (one > 0) {
        if (first === 0 || fin[one - 1]! < fin[first - 1]!) {
          second = first;
          first = one;
        } else if (second === 0 || fin[one - 1]! < fin[second - 1]!) {
          second = one;
        }
      }
      this.#first[stamp] = first;
      this.#second[stamp] = second;
    }
  }

  /** Not the element itself. */
  other(stamp: number, element: number): number {
    const first = this.#first[stamp]! - 1;
    return first === element ? this.#second[stamp]! - 1 : first;
  }
}
