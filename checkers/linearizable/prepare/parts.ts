// Splits the operations on a key by the part of the state that they are about, where the model's parts are independent.
import { int32 } from '../../shared/columns.js';
import { NOTHING } from '../models/model.js';
import type { Actions } from './actions.js';
import type { Operations, Partition } from './partition.js';

/** Some operations of a partition; the n-th of them is operation `origin[n]` there. Stamps are those of the partition. */
export interface Part {
  operations: Operations;
  origin: Int32Array;
}

/** The parts in the order in which they first appear; one that is all, when an operation is about more than one part. */
export function partsOf(partition: Partition, actions: Actions): Part[] {
  const { count, action } = partition;
  const groups = new Map<number, number[]>();
  const partOf = partNumbers(actions);
  for (let i = 0; i < count; i++) {
    const part = partOf(action[i]!);
    if (part < 0) return [whole(partition)];
    const group = groups.get(part);
    if (group === undefined) groups.set(part, [i]);
    else group.push(i);
  }
  return groups.size < 2 ? [whole(partition)] : [...groups.values()].map((origin) => part(partition, origin));
}

function whole(partition: Partition): Part {
  const origin = int32(partition.count);
  for (let i = 0; i < origin.length; i++) origin[i] = i;
  return { operations: partition, origin };
}

/** These operations alone. */
export function part({ call, ret, action }: Operations, indexes: readonly number[]): Part {
  const origin = Int32Array.from(indexes);
  const operations = {
    count: origin.length,
    call: picked(call, origin),
    ret: picked(ret, origin),
    action: picked(action, origin),
  };
  return { operations, origin };
}

/** The entries of a column at some indexes. A loop: `Int32Array.from` with a function is many times slower. */
export function picked(column: Int32Array, indexes: ArrayLike<number>): Int32Array {
  const result = int32(indexes.length);
  for (let i = 0; i < result.length; i++) result[i] = column[indexes[i]!]!;
  return result;
}

/** The number of an action's part; -1: it is about more than one. */
function partNumbers(actions: Actions): (action: number) => number {
  const known = new Map<number, number>();
  return (action) => {
    let number = known.get(action);
    if (number === undefined) {
      const part = actions.model.part?.(...actions.operation(action)) ?? NOTHING;
      number = part === NOTHING ? -1 : actions.values.id(part);
      known.set(action, number);
    }
    return number;
  };
}
