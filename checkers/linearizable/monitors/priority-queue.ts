// Judges a priority queue into which each number is put once (Lee & Mathur, arXiv 2410.04581): whatever comes out needs an instant at
// which no lesser element has to be there.
import { int32 } from '../../shared/columns.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clashOf } from './clash-of.js';
import { Sweep } from './least-first.js';
import { LostInPriorityQueue } from './lost-in-priority-queue.js';
import { type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Spans } from './spans.js';

export class PriorityQueue implements Monitor {
  readonly name = 'priority-queue';
  readonly because = 'every element is put once';
  readonly #spans: Spans;
  /** Per value: its place among all numbers of the history; -1: it is not a number. And back. */
  readonly #rank: Int32Array;
  readonly #byRank: Int32Array;
  /** Element by value, while needed. */
  readonly #elementOf: Int32Array;

  /** For a model with a container. All partitions must be interned before. */
  constructor(machine: Machine) {
    const { values } = machine.actions;
    this.#spans = new Spans(machine);
    const numbers: number[] = [];
    for (let value = 0; value < values.count; value++) if (typeof values.value(value) === 'number') numbers.push(value);
    numbers.sort((a, b) => (values.value(a) as number) - (values.value(b) as number));
    this.#byRank = Int32Array.from(numbers);
    this.#rank = int32(values.count).fill(-1);
    for (const [rank, value] of numbers.entries()) this.#rank[value] = rank;
    this.#elementOf = int32(values.count);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const spans = this.#spans;
    const found = spans.load(partition, cutoff);
    if (found !== null) return found;
    const order = this.#order();
    if (order === null) return { obstacle: 'an element is not a number' };
    const sweep = new Sweep(spans, order);
    if (spans.gathered.unknown.length === 0 || spans.adrift.length === 0) {
      const failure = sweep.run(spans.untils(), null)[0];
      return failure === undefined ? LINEARIZABLE : clashOf(sweep.proof(failure, spans.untils()));
    }
    return new LostInPriorityQueue(spans, order, sweep).judge();
  }

  /** The elements, the least first; null: some is not a number. */
  #order(): Int32Array | null {
    const { count, value } = this.#spans.gathered;
    const order = int32(count);
    for (let x = 0; x < count; x++) {
      order[x] = this.#rank[value[x]!]!;
      if (order[x]! < 0) return null;
      this.#elementOf[value[x]!] = x;
    }
    order.sort();
    for (let k = 0; k < count; k++) order[k] = this.#elementOf[this.#byRank[order[k]!]!]!;
    return order;
  }
}
