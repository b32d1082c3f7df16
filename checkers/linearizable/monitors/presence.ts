// When elements of a container are surely in there, and which operations say so.
import { int32 } from '../../shared/columns.js';
import type { Partition } from '../prepare/partition.js';
import { NOBODY, type PutsAndTakes } from './puts-and-takes.js';

/**
 * Elements 0 .. count-1 are surely there after the event `from` (a stamp) until the event `until`; never where `until <= from`.
 * The one is the first return of the put or a look, the other the last invocation of the take or a look.
 */
export class Presence {
  count = 0;
  from: Int32Array = new Int32Array(0);
  until: Int32Array = new Int32Array(0);
  readonly #puts: PutsAndTakes;

  constructor(puts: PutsAndTakes) {
    this.#puts = puts;
  }

  /** `limit`: after all stamps. */
  begin({ ret }: Partition, limit: number): void {
    const { count, put, firstLook } = this.#puts;
    this.count = count;
    if (this.from.length < count) {
      this.from = int32(put.length);
      this.until = int32(put.length);
    }
    for (let e = 0; e < count; e++) {
      const look = firstLook[e]!;
      this.from[e] = Math.min(limit, ret[put[e]!]!, look === NOBODY ? limit : ret[look]!);
    }
  }

  /** `takenFrom`: per element, the invocation of its take. */
  end({ call }: Partition, takenFrom: Int32Array): void {
    const { count, lastLook } = this.#puts;
    for (let e = 0; e < count; e++) {
      const look = lastLook[e]!;
      this.until[e] = look === NOBODY ? takenFrom[e]! : Math.max(takenFrom[e]!, call[look]!);
    }
  }

  /** The completed operations on the element that say when it was there. */
  proofOf({ call, ret }: Partition, limit: number, element: number): number[] {
    const { put, take, firstLook, lastLook } = this.#puts;
    const look = firstLook[element]!;
    const proof = [put[element]!, take[element]!];
    if (look !== NOBODY && ret[look] === this.from[element]) proof.push(look);
    const last = lastLook[element]!;
    if (last !== NOBODY && call[last] === this.until[element]) proof.push(last);
    const completed = proof.filter((one) => one !== NOBODY && ret[one]! < limit);
    return completed.length === 0 ? [look] : completed;
  }
}
