// Judges sets: element by element, or by the chain of what was read where a set that only grows is read as a whole.
import { ILLEGAL } from '../models/model.js';
import { NO_PROCESS } from '../prepare/actions.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Growth } from './set-growth.js';
import { Presence } from './set-presence.js';
import { READ, REMOVE, REPEATED, SetRoles } from './set-roles.js';
import { TooMany } from './set-ways.js';

const NOBODY = -1;

export class Sets implements Monitor {
  readonly name = 'set';
  readonly because = 'no element is removed, or the set is never read as a whole';
  readonly #roles: SetRoles;
  readonly #startsEmpty: boolean;
  readonly #presence: Presence;
  readonly #growth: Growth;

  /** All partitions must be interned before. */
  constructor(machine: Machine) {
    const { actions } = machine;
    this.#roles = new SetRoles(actions);
    this.#startsEmpty = startsEmpty(machine);
    const values = actions.values.count;
    this.#presence = new Presence(machine, this.#roles, this.#startsEmpty, values);
    this.#growth = new Growth(this.#roles, values);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const { removes, reads, repeated } = this.#survey(partition, cutoff);
    if (repeated !== NOBODY) return clash(repeated);
    if (reads && removes) return { obstacle: 'elements are removed, and the set is read as a whole' };
    if (reads && !this.#startsEmpty) return { obstacle: 'the set does not start empty, and is read as a whole' };
    return removes || !this.#startsEmpty
      ? this.#judgePresence(partition, cutoff)
      : this.#growth.judge(partition, cutoff);
  }

  #judgePresence(partition: Partition, cutoff: number): Judgement {
    try {
      const failure = this.#presence.judge(partition, cutoff);
      return failure === null ? LINEARIZABLE : clash(...failure);
    } catch (error) {
      if (error instanceof TooMany) return { obstacle: 'too many operations on one element overlap' };
      throw error;
    }
  }

  /** `repeated`: of the reads that list an element twice, the one that returns first. */
  #survey({ count, call, ret, action }: Partition, cutoff: number) {
    const { act } = this.#roles;
    let removes = false;
    let reads = false;
    let repeated = NOBODY;
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const what = act[action[i]!]!;
      if (what === REMOVE) removes = true;
      else if (what >= READ && ret[i]! <= cutoff) {
        if (what === READ) reads = true;
        if (what === REPEATED && (repeated === NOBODY || ret[i]! < ret[repeated]!)) repeated = i;
      }
    }
    return { removes, reads, repeated };
  }
}

function startsEmpty(machine: Machine): boolean {
  const { model } = machine.actions;
  const [f, input, output] = model.membership!.read([]);
  return (model.step(machine.state(machine.initial), f, input, output, NO_PROCESS) as unknown) !== ILLEGAL;
}
