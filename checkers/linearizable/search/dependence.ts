// On which pending operations a dead end depends. A group of which there was always one left where it could have been of use
// made no difference, so that one dead end stands for many.
import { int32 } from '../../shared/columns.js';
import { NONE, type PendingSets } from './pending-sets.js';
import type { PendingGroups } from './problem.js';

/** Instead of a set of groups: possibly all of them. */
export const ALL_GROUPS = -1;

/** Larger sets of groups are not worth telling apart. */
const MOST_GROUPS = 16;
const MOST_OPERATIONS = 256;

export class Dependence {
  readonly #sets: PendingSets;
  /** Group of each pending operation. */
  readonly #groupOf: Int32Array;

  /** `operations`: how many there are in all. */
  constructor(sets: PendingSets, pending: PendingGroups, operations: number) {
    this.#sets = sets;
    this.#groupOf = int32(pending.count === 0 ? 0 : operations);
    for (let group = 0; group < pending.count; group++) {
      const end = pending.start[group + 1]!;
      for (let i = pending.start[group]!; i < end; i++) this.#groupOf[pending.operations[i]!] = group;
    }
  }

  /** Both sets of groups together. */
  union(a: number, b: number): number {
    if (a === ALL_GROUPS || b === ALL_GROUPS) return ALL_GROUPS;
    if (b === NONE) return a;
    const all = this.#sets.union(a, b);
    return this.#sets.size(all) > MOST_GROUPS ? ALL_GROUPS : all;
  }

  setOf(group: number): number {
    return this.#sets.add(NONE, group);
  }

  /** The groups of some operations. */
  groupsOf(operations: number): number {
    if (operations === NONE) return NONE;
    if (this.#sets.size(operations) > MOST_OPERATIONS) return ALL_GROUPS;
    let groups = NONE;
    for (const operation of this.#sets.elements(operations)) {
      const group = this.#groupOf[operation]!;
      if (!this.#sets.has(groups, group)) groups = this.#sets.add(groups, group);
    }
    return groups;
  }

  /** Of some operations, those that belong to the groups. */
  within(operations: number, groups: number): number {
    if (groups === ALL_GROUPS) return operations;
    if (groups === NONE || operations === NONE) return NONE;
    return this.#sets.filter(operations, (operation) => this.#sets.has(groups, this.#groupOf[operation]!));
  }
}
