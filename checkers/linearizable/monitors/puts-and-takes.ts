// Gathers the operations on a container by element, for monitors of containers into which every element is put once.

import { canonical } from '../../shared/canonical.js';
import { int32, uint8 } from '../../shared/columns.js';
import type { AnyModel } from '../models/model.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement } from './monitor.js';
import { EMPTY, LOOK, NO_ACT, PUT, Roles, TAKE, TAKE_ANY } from './roles.js';

export const NOBODY = -1;

/** An obstacle, or what is wrong with a single element; null: nothing is. */
export type Gathered = Judgement | null;

/**
 * After `gather`: the live elements, numbered 0 .. count-1 in order of first appearance, each with its operations as indexes into
 * the partition (NOBODY: none). Live are elements that a completed operation is about, be it only the put; leaving out the others
 * changes nothing (law of restriction). Each live element has been put once, taken by at most one completed operation, and its
 * operations by themselves are linearizable. The arrays are reused by the next `gather`, and may be longer.
 */
export class PutsAndTakes {
  count = 0;
  /** The only operation that puts the element; it may be pending. */
  put: Int32Array = new Int32Array(0);
  /** The completed operation that took it, or else the first pending one that is known to take it or nothing. */
  take: Int32Array = new Int32Array(0);
  /** Of completed looks at it: the one that returned first, and the one that was invoked last. */
  firstLook: Int32Array = new Int32Array(0);
  lastLook: Int32Array = new Int32Array(0);
  /** Its number among the values. */
  value: Int32Array = new Int32Array(0);
  /** In order of invocation: completed looks, completed operations that found it empty, pending takes that could take anything. */
  readonly looks: number[] = [];
  readonly empties: number[] = [];
  readonly unknown: number[] = [];
  readonly #roles: Roles;
  readonly #startsEmpty: boolean;
  /** Element by value while gathering, else NOBODY. */
  readonly #elementOf: Int32Array;
  /** Per element: puts. */
  #puts: Int32Array = new Int32Array(0);
  /** Per element: completed takes; the second of them. */
  #again: Int32Array = new Int32Array(0);
  #live: Uint8Array = new Uint8Array(0);

  /** For a model with a container. All partitions must be interned before. */
  constructor(machine: Machine) {
    const { actions } = machine;
    this.#roles = new Roles(actions);
    this.#startsEmpty = isEmpty(actions.model, machine.state(machine.initial));
    this.#elementOf = int32(actions.values.count).fill(NOBODY);
  }

  /** The number, among the values, of the element that an operation is about; NO_VALUE: none, or unknown. */
  valueOf({ action }: Partition, operation: number): number {
    return this.#roles.element[action[operation]!]!;
  }

  gather(partition: Partition, cutoff: number = NEVER - 1): Gathered {
    if (!this.#startsEmpty) return { obstacle: 'the container does not start empty' };
    this.#reset(partition.count);
    const understood = this.#collect(partition, cutoff);
    for (let e = 0; e < this.count; e++) this.#elementOf[this.value[e]!] = NOBODY;
    if (!understood) return { obstacle: 'an operation does something unknown to the container' };
    return this.#repeated() ?? this.#violation(partition, cutoff) ?? this.#keepLive();
  }

  #reset(most: number): void {
    this.count = 0;
    this.looks.length = 0;
    this.empties.length = 0;
    this.unknown.length = 0;
    if (this.put.length >= most) return;
    const room = Math.max(16, most, Math.min(2 * this.put.length, this.#elementOf.length));
    this.put = int32(room);
    this.take = int32(room);
    this.firstLook = int32(room);
    this.lastLook = int32(room);
    this.value = int32(room);
    this.#puts = int32(room);
    this.#again = int32(room);
    this.#live = uint8(room);
  }

  /** False: some operation is odd. */
  #collect({ count, call, ret, action }: Partition, cutoff: number): boolean {
    const { act, element } = this.#roles;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const completed = ret[i]! <= cutoff;
      switch (act[action[i]!]) {
        case PUT: {
          const e = this.#elementFor(element[action[i]!]!, completed);
          if (this.#puts[e]!++ === 0) this.put[e] = i;
          break;
        }
        case TAKE: {
          const e = this.#elementFor(element[action[i]!]!, completed);
          const other = this.take[e]!;
          if (other === NOBODY) this.take[e] = i;
          else if (completed && ret[other]! > cutoff) this.take[e] = i;
          else if (completed && this.#again[e] === NOBODY) this.#again[e] = i;
          break;
        }
        case LOOK: {
          if (!completed) break;
          const e = this.#elementFor(element[action[i]!]!, true);
          const first = this.firstLook[e]!;
          if (first === NOBODY || ret[i]! < ret[first]!) this.firstLook[e] = i;
          this.lastLook[e] = i;
          this.looks.push(i);
          break;
        }
        case EMPTY:
          if (completed) this.empties.push(i);
          break;
        case TAKE_ANY:
          if (completed) return false;
          this.unknown.push(i);
          break;
        case NO_ACT:
          if (completed) return false;
          break;
        default:
          return false;
      }
    }
    return true;
  }

  #elementFor(value: number, completed: boolean): number {
    let e = this.#elementOf[value]!;
    if (e === NOBODY) {
      e = this.count++;
      this.#elementOf[value] = e;
      this.value[e] = value;
      this.put[e] = NOBODY;
      this.take[e] = NOBODY;
      this.firstLook[e] = NOBODY;
      this.lastLook[e] = NOBODY;
      this.#again[e] = NOBODY;
      this.#puts[e] = 0;
      this.#live[e] = 0;
    }
    if (completed) this.#live[e] = 1;
    return e;
  }

  #repeated(): Gathered {
    for (let e = 0; e < this.count; e++) {
      if (this.#puts[e]! > 1 && this.#live[e] === 1) return { obstacle: 'an element is put more than once' };
    }
    return null;
  }

  /** What is wrong with an element by itself; of several such, the one that is complete first. */
  #violation({ call, ret }: Partition, cutoff: number): Gathered {
    let best = NEVER;
    let found: Gathered = null;
    const report = (complete: number, ...operations: number[]) => {
      if (complete >= best) return;
      best = complete;
      found = clash(...operations);
    };
    for (let e = 0; e < this.count; e++) {
      if (this.#live[e] === 0) continue;
      const put = this.put[e]!;
      const take = this.take[e]! !== NOBODY && ret[this.take[e]!]! <= cutoff ? this.take[e]! : NOBODY;
      const look = this.firstLook[e]!;
      const again = this.#again[e]!;
      const invoked = put === NOBODY ? NEVER : call[put]!;
      if (take !== NOBODY && ret[take]! < invoked) report(ret[take]!, take);
      if (look !== NOBODY && ret[look]! < invoked) report(ret[look]!, look);
      if (again !== NOBODY) report(Math.max(ret[take]!, ret[again]!), take, again);
      const last = this.lastLook[e]!;
      if (take !== NOBODY && last !== NOBODY && ret[take]! < call[last]!) report(ret[last]!, take, last);
    }
    return found;
  }

  #keepLive(): null {
    let kept = 0;
    for (let e = 0; e < this.count; e++) {
      if (this.#live[e] === 0) continue;
      this.put[kept] = this.put[e]!;
      this.take[kept] = this.take[e]!;
      this.firstLook[kept] = this.firstLook[e]!;
      this.lastLook[kept] = this.lastLook[e]!;
      this.value[kept] = this.value[e]!;
      kept++;
    }
    this.count = kept;
    return null;
  }
}

/** By convention containers start empty unless the user says otherwise. */
function isEmpty(model: AnyModel, start: unknown): boolean {
  const identify = (state: unknown) => model.identity?.(state) ?? canonical(state);
  try {
    return identify(model.initial(null)) === identify(start);
  } catch {
    return false;
  }
}
