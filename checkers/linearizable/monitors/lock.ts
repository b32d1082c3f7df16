// Judges locks that one owner at a time holds, in linear time.
//
// An owner whose operations do not overlap acquires and releases by turns. It certainly holds the lock from the return of an
// acquire to the invocation of the release that follows: for ever, if none does. If these stretches are disjoint, then each
// acquire can take effect just before it returns, and each release as soon as it is invoked: the history is linearizable.
// A pending acquire may as well not have happened, for its owner does nothing after it; a pending release may as well have.
import { type Machine, NO_STATE } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { clash, type Judgement, LINEARIZABLE, type Monitor } from './monitor.js';

const NOBODY = -1;
/** What would be the acquire of whoever holds the lock at the start. */
const START = -2;

export class Locks implements Monitor {
  readonly name = 'lock';
  readonly because = 'no owner has two operations at once';
  /** Per action: the number of its owner; whether it releases. */
  readonly #owner: Int32Array;
  readonly #releases: Uint8Array;
  /** START: somebody holds the lock at the start. */
  readonly #first: number;
  /** Who does, or NOBODY: somebody who does nothing. */
  readonly #holder: number;
  // Per owner: the last operation; the acquire that it holds the lock by.
  readonly #last: Int32Array;
  readonly #held: Int32Array;

  /** All partitions must be interned before. */
  constructor(machine: Machine) {
    const { count, functions, f, input, output, process, values, model } = machine.actions;
    this.#owner = new Int32Array(count);
    this.#releases = new Uint8Array(count);
    for (let action = 0; action < count; action++) {
      const [asked, got] = [values.value(input[action]!), values.value(output[action]!)];
      const { act, owner } = model.lock!.role(functions[f[action]!]!, asked, got, process[action]!);
      this.#owner[action] = values.id(owner);
      this.#releases[action] = act === 'release' ? 1 : 0;
    }
    this.#last = new Int32Array(values.count).fill(NOBODY);
    this.#held = new Int32Array(values.count).fill(NOBODY);
    [this.#first, this.#holder] = this.#atStart(machine);
  }

  judge(partition: Partition, cutoff: number = NEVER - 1): Judgement {
    const { count, call, action } = partition;
    if (this.#holder !== NOBODY) this.#held[this.#holder] = this.#first;
    const judgement = this.#judge(partition, cutoff);
    for (let i = 0; i < count && call[i]! <= cutoff; i++) {
      const owner = this.#owner[action[i]!]!;
      this.#last[owner] = NOBODY;
      this.#held[owner] = NOBODY;
    }
    return judgement;
  }

  #judge({ count, call, ret, action, events }: Partition, cutoff: number): Judgement {
    // By stamp: an acquire + 1 that returns, or -1: whoever holds the lock sets out to release it.
    const turns = new Int32Array(Math.min(events, cutoff + 1));
    let clashing: readonly number[] | null = null;
    let until = cutoff + 1;
    for (let i = 0; i < count && call[i]! < until; i++) {
      const owner = this.#owner[action[i]!]!;
      const releases = this.#releases[action[i]!] === 1;
      const held = this.#held[owner]!;
      const last = this.#last[owner]!;
      if (last !== NOBODY && ret[last]! > call[i]!) return { obstacle: 'an owner has two operations at once' };
      this.#last[owner] = i;
      if (ret[i]! < until && releases === (held === NOBODY)) {
        until = ret[i]!;
        clashing = [last, i];
      }
      if (releases) {
        if (held !== NOBODY) turns[call[i]!] = -1;
        this.#held[owner] = NOBODY;
      } else if (ret[i]! <= cutoff) {
        turns[ret[i]!] = i + 1;
        this.#held[owner] = i;
      }
    }
    return this.#take(turns, until) ?? (clashing === null ? LINEARIZABLE : clash(...clashing));
  }

  /** The first two that hold the lock at once, before a stamp. */
  #take(turns: Int32Array, until: number): Judgement | null {
    let holder = this.#first;
    for (let stamp = 0; stamp < turns.length && stamp < until; stamp++) {
      const turn = turns[stamp]!;
      if (turn < 0) holder = NOBODY;
      else if (turn > 0) {
        if (holder !== NOBODY) return clash(holder, turn - 1);
        holder = turn - 1;
      }
    }
    return null;
  }

  /** Whether the lock is held at the start, and by whom, as far as that matters. */
  #atStart(machine: Machine): [first: number, holder: number] {
    const legal = (action: number) => machine.step(machine.initial, action) !== NO_STATE;
    for (let action = 0; action < this.#owner.length; action++) {
      if (!legal(action)) continue;
      return this.#releases[action] === 1 ? [START, this.#owner[action]!] : [NOBODY, NOBODY];
    }
    return this.#owner.length === 0 ? [NOBODY, NOBODY] : [START, NOBODY];
  }
}
