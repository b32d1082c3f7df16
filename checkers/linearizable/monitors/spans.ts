// From when to when each element of a container is surely in there, for the monitors of containers with an order.
import { int32 } from '../../shared/columns.js';
import type { Machine } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import type { Judgement } from './monitor.js';
import { NOBODY, PutsAndTakes } from './puts-and-takes.js';

/**
 * Instants are gaps between events: gap g lies between the stamps g and g+1, so an operation takes effect in one of the gaps
 * call .. ret-1. An element is surely there in the gaps entered .. until-1, where `until` is the last invocation of an operation
 * that needs it; from the first one on which it may be there is that after `called`, and the last one the one before `left`.
 */
export class Spans {
  readonly gathered: PutsAndTakes;
  partition!: Partition;
  /** The stamp after the last event: until when an element is there that nobody takes. It leaves in the gap `end`, say. */
  end = 0;
  /** Per element, stamps: its put is invoked, the first operation on it returns, the last look is invoked (-1: none). */
  called = new Int32Array(0);
  entered = new Int32Array(0);
  looked = new Int32Array(0);
  /** Its completed take returns; end + 1: there is none. */
  left = new Int32Array(0);
  /** The operations behind `entered`. */
  first = new Int32Array(0);
  /** Elements whose fate is not known: no completed operation takes them. */
  readonly adrift: number[] = [];
  /** Looks at element x: the entries of `looks` from lookStart[x] to lookStart[x + 1] - 1, in order of invocation. */
  lookStart = new Int32Array(1);
  looks = new Int32Array(0);
  /** Element by the number of its value, while needed. */
  readonly #elementOf: Int32Array;
  #byEntry: Int32Array | null = null;

  /** For a model with a container. All partitions must be interned before. */
  constructor(machine: Machine) {
    this.gathered = new PutsAndTakes(machine);
    this.#elementOf = int32(machine.actions.values.count);
  }

  get count(): number {
    return this.gathered.count;
  }

  /** Null, or what there is to say already. */
  load(partition: Partition, cutoff: number): Judgement | null {
    const { gathered } = this;
    const found = gathered.gather(partition, cutoff);
    if (found !== null) return found;
    this.partition = partition;
    this.end = Math.min(partition.events, cutoff + 1);
    this.#reserve(gathered.count);
    const { call, ret } = partition;
    const { put, take, firstLook, lastLook } = gathered;
    for (let x = 0; x < gathered.count; x++) {
      const taker = take[x]!;
      const taken = taker !== NOBODY && ret[taker]! <= cutoff;
      const look = firstLook[x]!;
      let first = put[x]!;
      if (look !== NOBODY && ret[look]! < ret[first]!) first = look;
      if (taken && ret[taker]! < ret[first]!) first = taker;
      this.called[x] = call[put[x]!]!;
      this.entered[x] = ret[first]!;
      this.first[x] = first;
      this.looked[x] = look === NOBODY ? -1 : call[lastLook[x]!]!;
      this.left[x] = taken ? ret[taker]! : this.end + 1;
      if (!taken) this.adrift.push(x);
    }
    this.#sortLooks();
    return null;
  }

  /** Until when the element is surely there if the operation `taker` takes it; NOBODY: nobody does. */
  until(x: number, taker: number): number {
    return taker === NOBODY ? this.end : Math.max(this.partition.call[taker]!, this.looked[x]!);
  }

  /** The operation that says that it is still there just before `until`; NOBODY: nobody takes it. */
  last(x: number, taker: number): number {
    if (taker === NOBODY || this.looked[x]! <= this.partition.call[taker]!) return taker;
    return this.gathered.lastLook[x]!;
  }

  /** The operations that say from when to when the elements are there. */
  witnesses(elements: readonly number[]): number[] {
    const { put, take } = this.gathered;
    return elements.flatMap((x) => [put[x]!, this.first[x]!, take[x]!, this.last(x, take[x]!)]);
  }

  /** Element + 1 by the stamp at which it entered. */
  byEntry(): Int32Array {
    if (this.#byEntry === null) {
      this.#byEntry = int32(this.end);
      for (let x = 0; x < this.count; x++) this.#byEntry[this.entered[x]!] = x + 1;
    }
    return this.#byEntry;
  }

  /** That for all elements, where nobody takes those whose fate is not known unless it is an operation that says so. */
  untils(): Int32Array {
    const { take } = this.gathered;
    return Int32Array.from({ length: this.count }, (_, x) => this.until(x, take[x]!));
  }

  #reserve(count: number): void {
    this.adrift.length = 0;
    this.#byEntry = null;
    if (this.called.length >= count) return;
    const room = Math.max(16, count, 2 * this.called.length);
    this.called = int32(room);
    this.entered = int32(room);
    this.looked = int32(room);
    this.left = int32(room);
    this.first = int32(room);
    this.lookStart = int32(room + 1);
  }

  #sortLooks(): void {
    const { gathered, partition, lookStart } = this;
    const { count, looks, value } = gathered;
    lookStart.fill(0, 0, count + 1);
    if (looks.length === 0) return;
    if (this.looks.length < looks.length) this.looks = int32(2 * looks.length);
    for (let x = 0; x < count; x++) this.#elementOf[value[x]!] = x;
    for (const look of looks) lookStart[this.#elementOf[gathered.valueOf(partition, look)]! + 1]!++;
    for (let x = 0; x < count; x++) lookStart[x + 1]! += lookStart[x]!;
    // Filled from the end, each start ends up where it was.
    const next = lookStart.slice(0, count);
    for (const look of looks) {
      const x = this.#elementOf[gathered.valueOf(partition, look)]!;
      this.looks[next[x]!++] = look;
    }
  }
}

/**
 * Few elements that together are surely there in all gaps from `from` to before `to`, in order: of those with `member`, which must
 * suffice. `byEntry`: element + 1 by the stamp at which it entered.
 */
export function cover(
  byEntry: Int32Array,
  untils: Int32Array,
  from: number,
  to: number,
  member: (x: number) => boolean,
): number[] {
  const chain: number[] = [];
  let reached = from;
  let best = NOBODY;
  for (let stamp = 0; reached < to; stamp++) {
    if (stamp > reached || stamp === byEntry.length) {
      if (best === NOBODY || untils[best]! <= reached) return chain;
      chain.push(best);
      reached = untils[best]!;
    }
    const x = (byEntry[stamp] ?? 0) - 1;
    if (x >= 0 && member(x) && (best === NOBODY || untils[x]! > untils[best]!)) best = x;
  }
  return chain;
}
