// Judges sets: element by element, or by the chain of what was read where a set that only grows is read as a whole.
import { ILLEGAL } from '../models/model.js';
import { NO_PROCESS } from '../prepare/actions.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';
import { Growth } from './set-growth.js';
import { Presence } from './set-presence.js';
import { ADD, READ, REMOVE, REPEATED, SetRoles } from './set-roles.js';
import { TooMany } from './set-ways.js';

const NOBODY = -1;

export class Sets implements Monitor {
  readonly name = 'set';
  readonly because = 'no element is removed, or the set is never read as a whole';
  readonly #machine: Machine;
  readonly #roles: SetRoles;
  readonly #startsEmpty: boolean;
  /** The elements at the start; null: not known yet. */
  #given: readonly number[] | null;
  /** Per list: whether it has all these. */
  #whole: boolean[] | null = null;
  readonly #presence: Presence;
  readonly #growth: Growth;

  /** All partitions must be interned before. */
  constructor(machine: Machine) {
    const { actions } = machine;
    this.#machine = machine;
    this.#roles = new SetRoles(actions);
    this.#startsEmpty = startsWith(machine, []);
    this.#given = this.#startsEmpty ? [] : null;
    const values = actions.values.count;
    this.#presence = new Presence(machine, this.#roles, this.#startsEmpty, values);
    this.#growth = new Growth(this.#roles, values);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const { removes, reads, repeated } = this.#survey(partition, cutoff);
    const given = reads ? this.#findGiven(partition) : null;
    // An obstacle comes first, so that it is one at every later cutoff, too.
    if (reads && removes) return { obstacle: 'elements are removed, and the set is read as a whole' };
    if (reads && given === null) return { obstacle: 'it is not clear which elements were there at the start' };
    if (given !== null && this.#isAnyMissed(partition, cutoff, given)) {
      return { obstacle: 'an element that was there at the start is missed' };
    }
    if (repeated !== NOBODY) return clash(repeated);
    if (removes || (!this.#startsEmpty && given === null)) return this.#judgePresence(partition, cutoff);
    const judgement = this.#growth.judge(partition, cutoff, given ?? []);
    // A read cannot be narrowed down to some elements without those of the start, so that a few operations prove nothing.
    const reading = (i: number) => this.#roles.act[partition.action[i]!] === READ;
    return !this.#startsEmpty && 'hint' in judgement && judgement.hint.some(reading) ? clash() : judgement;
  }

  /**
   * What every key starts with, if it is not known yet: all that the shortest read of this key lists and nobody adds, provided
   * that the model agrees. Goes by the whole key, whatever the cutoff, so that all cutoffs are judged alike.
   */
  #findGiven({ count, ret, action }: Partition): readonly number[] | null {
    if (this.#given !== null) return this.#given;
    const { act, element, lists } = this.#roles;
    const added = new Set<number>();
    let shortest: Int32Array | null = null;
    for (let i = 0; i < count; i++) {
      const x = element[action[i]!]!;
      if (act[action[i]!] === ADD) added.add(x);
      else if (act[action[i]!] === READ && ret[i] !== NEVER) {
        if (shortest === null || lists[x]!.length < shortest.length) shortest = lists[x]!;
      }
    }
    const given = [...(shortest ?? [])].filter((x) => !added.has(x));
    if (startsWith(this.#machine, given)) this.#given = given;
    return this.#given;
  }

  /** Whether a read misses some of the elements that were there at the start. */
  #isAnyMissed({ count, call, ret, action }: Partition, cutoff: number, given: readonly number[]): boolean {
    if (given.length === 0) return false;
    const { act, element, lists } = this.#roles;
    this.#whole ??= lists.map((list) => {
      const listed = new Set(list);
      return given.every((x) => listed.has(x));
    });
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      if (act[action[i]!] === READ && ret[i]! <= cutoff && !this.#whole[element[action[i]!]!]!) return true;
    }
    return false;
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

/** Whether these elements, by number, are what the set holds at the start. */
function startsWith(machine: Machine, elements: readonly number[]): boolean {
  const { model, values } = machine.actions;
  const [f, input, output] = model.membership!.read(elements.map((x) => values.value(x)));
  return (model.step(machine.state(machine.initial), f, input, output, NO_PROCESS) as unknown) !== ILLEGAL;
}
