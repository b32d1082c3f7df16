// Asks whether a few operations suffice to prove a violation: all others are relaxed, so that they can only help.
import { int32 } from '../../shared/columns.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Operations, type Partition } from '../prepare/partition.js';
import { picked } from '../prepare/parts.js';
import { NO_VALUE } from '../prepare/values.js';
import { problemOf } from '../search/problem.js';
import { Search } from '../search/search.js';
import { canBeOrdered } from './generous.js';

/** `fails`: not linearizable whatever the others did. `hard`: the search gave up. */
export type Answer = 'fails' | 'holds' | 'hard';

const NOBODY = -1;
/** Configurations that one question may cost. */
const MOST_EACH = 20_000;
const CACHE_BYTES = 64 * 1024 * 1024;
const STATES_BYTES = 256 * 1024 * 1024;

/**
 * The events of a partition up to a stamp. An operation outside the required ones is relaxed: a pure one is dropped, another
 * may take effect at any time after its invocation, or never. So if the required ones fail, the history does.
 */
export class Relaxed {
  readonly partition: Partition;
  readonly cutoff: number;
  /** Searches that may still be made, in configurations. */
  #budget: number;
  readonly #machine: Machine;
  // Updates up to the cutoff, as one list for each value that they leave (for models without values, one for all): the first
  // of a list, and the next after each.
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(machine: Machine, partition: Partition, cutoff: number, budget: number) {
    this.partition = partition;
    this.cutoff = cutoff;
    // Questions are alike, so the states of one are those of the next.
    this.#machine = machine.fork({ bytes: STATES_BYTES });
    this.#budget = budget;
    const { pure, leaves, values } = machine.actions;
    const { count, call, action } = partition;
    this.#first = int32(values.count + 1).fill(NOBODY);
    this.#next = int32(count);
    let end = 0;
    while (end < count && call[end]! < cutoff) end++;
    for (let i = end - 1; i >= 0; i--) {
      if (pure[action[i]!] === 1) continue;
      const list = leaves[action[i]!]! + 1;
      this.#next[i] = this.#first[list]!;
      this.#first[list] = i;
    }
  }

  /** Updates that leave a value. */
  sourcesOf(value: number): number[] {
    const sources: number[] = [];
    for (let i = this.#first[value + 1] ?? NOBODY; i !== NOBODY; i = this.#next[i]!) sources.push(i);
    return sources;
  }

  /** `required`: indexes into the partition, of operations that returned by the cutoff. */
  ask(required: readonly number[]): Answer {
    if (this.#isFree(required)) return 'holds';
    if (this.#budget <= 0) return 'hard';
    const { operations } = this.arrange(required);
    // Every question costs something, so that their number is bounded, too.
    this.#budget -= 1 + operations.count / 16;
    const quick = this.#machine.actions.model.cell === undefined ? null : canBeOrdered(operations, this.#machine);
    if (quick !== null) return quick ? 'holds' : 'fails';
    const search = new Search(this.#machine, problemOf(operations, this.#machine.actions), CACHE_BYTES);
    const outcome = search.run(Math.min(this.#budget, MOST_EACH));
    this.#budget -= search.configurations;
    search.release();
    if (outcome === 'more') return 'hard';
    return outcome === 'illegal' ? 'fails' : 'holds';
  }

  /** Operations that need nothing of the state can always be put in order. */
  #isFree(required: readonly number[]): boolean {
    const { needs, model } = this.#machine.actions;
    const { action } = this.partition;
    return required.length === 0 || (model.cell !== undefined && required.every((i) => needs[action[i]!] === NO_VALUE));
  }

  /** The required operations with the relaxed ones that could help them; `members` are indexes into the partition. */
  arrange(required: readonly number[]): { operations: Operations; members: readonly number[]; optional: boolean[] } {
    const { call, ret, action } = this.partition;
    const kept = new Set(required);
    const members = [...new Set([...required, ...this.#helpers(required)])].sort((a, b) => a - b);
    const deadlines = picked(ret, members);
    for (let m = 0; m < members.length; m++) if (!kept.has(members[m]!)) deadlines[m] = NEVER;
    const operations = {
      count: members.length,
      call: picked(call, members),
      ret: deadlines,
      action: picked(action, members),
    };
    return { operations, members, optional: members.map((i) => !kept.has(i)) };
  }

  #helpers(required: readonly number[]): readonly number[] {
    const { needs, model } = this.#machine.actions;
    if (model.cell === undefined) return this.sourcesOf(NO_VALUE);
    const { action } = this.partition;
    const helpers: number[] = [];
    const seen = new Set<number>([NO_VALUE]);
    const values = required.map((i) => needs[action[i]!]!);
    for (let value = values.pop(); value !== undefined; value = values.pop()) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const i of this.sourcesOf(value)) {
        helpers.push(i);
        values.push(needs[action[i]!]!);
      }
    }
    return helpers;
  }
}
