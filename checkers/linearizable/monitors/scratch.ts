// Arrays by value that the monitors share from key to key, so that many small keys cost no allocation.
import { int32 } from '../../shared/columns.js';
import type { Actions } from '../prepare/actions.js';
import type { Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';

export class Scratch {
  readonly #lists: Int32Array[] = [];
  readonly #fills: number[] = [];
  readonly #values: number;

  constructor(actions: Actions) {
    this.#values = actions.values.count;
  }

  /** An array with an entry for each value of the history, all `fill`; `clean` makes them so again. */
  column(fill: number): Int32Array {
    const column = int32(this.#values);
    if (fill !== 0) column.fill(fill);
    this.#lists.push(column);
    this.#fills.push(fill);
    return column;
  }

  /** Resets what a partition (and the initial value) may have touched. */
  clean({ count, action }: Partition, { needs, leaves }: Actions, initial: number): void {
    for (let c = 0; c < this.#lists.length; c++) {
      const list = this.#lists[c]!;
      const fill = this.#fills[c]!;
      if (count > list.length) {
        list.fill(fill);
        continue;
      }
      list[initial] = fill;
      for (let i = 0; i < count; i++) {
        const needed = needs[action[i]!]!;
        const left = leaves[action[i]!]!;
        if (needed !== NO_VALUE) list[needed] = fill;
        if (left !== NO_VALUE) list[left] = fill;
      }
    }
  }
}
