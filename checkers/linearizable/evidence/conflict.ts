// Why the operations of a witness contradict each other: the order that their results ask for, and the times that forbid it.
import type { History } from '../../../framework/contracts/history.js';
import { ILLEGAL } from '../models/model.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { stepOf } from '../proof/verify.js';
import type { Relaxed } from './relaxed.js';
import { precedes } from './witness.js';

/** Operations are event indexes of invocations. */
export interface Conflict {
  /**
   * In this order the operations would have had these results, with others where these do not suffice. Empty: in none, whatever
   * their times.
   */
  order: number[];
  /** The state after each. */
  states: string[];
  /** Pairs that the order has the other way round: the first had completed before the second was invoked. */
  broken: [first: number, second: number][];
  /** Further such pairs, which rule out all other orders. */
  needed: [first: number, second: number][];
}

/** More are too many to try, and to tell. */
const MOST_MEMBERS = 14;
const MOST_TRIED = 50_000;
const MOST_BROKEN = 4;
const LONGEST_STATE = 60;

type Pair = readonly [first: number, second: number];

/** `rows`: the witness and what is told with it. Null: there are too many orders to try. */
export function conflictOf(
  history: History,
  machine: Machine,
  relaxed: Relaxed,
  rows: readonly number[],
  stuck: number,
): Conflict | null {
  const { partition } = relaxed;
  const required = [...partition.row.keys()].filter((i) => rows.includes(partition.row[i]!));
  if (required.length < 2 || required.length > MOST_MEMBERS) return null;
  const { members, optional } = relaxed.arrange(required);
  const helpers = members.filter((_, m) => optional[m]);
  const few = helpers.length > 0 && members.length <= MOST_MEMBERS;
  const orders = [[], ...(few ? [helpers] : [])].map((more) => new Orders(machine, partition, required, more, false));
  for (const all of orders) {
    const found = all.closest(stuck);
    if (found !== null) return toldOf(history, machine, partition, found);
  }
  return isImpossible(machine, relaxed, required, helpers) ? { order: [], states: [], broken: [], needed: [] } : null;
}

/** No order gives these results even if times meant nothing, and updates that are not told could come from any value. */
function isImpossible(machine: Machine, relaxed: Relaxed, required: readonly number[], helpers: readonly number[]) {
  const { model, needs } = machine.actions;
  const { action } = relaxed.partition;
  const wanted = new Set(required.map((i) => needs[action[i]!]!));
  const direct = [...wanted].flatMap((value) => relaxed.sourcesOf(value)).filter((i) => !required.includes(i));
  const more = model.cell === undefined ? helpers : direct;
  return (
    required.length + more.length <= MOST_MEMBERS && new Orders(machine, relaxed.partition, required, more, true).none()
  );
}

interface Found {
  order: readonly number[];
  broken: readonly Pair[];
  needed: readonly Pair[];
}

/** Replayed with what the history says; null: the partition holds no more than bears on the witness, and that is not all of it. */
function toldOf(
  history: History,
  machine: Machine,
  { row }: Partition,
  { order, broken, needed }: Found,
): Conflict | null {
  const { model } = machine.actions;
  let state: unknown = machine.state(machine.initial);
  const states: string[] = [];
  for (const i of order) {
    state = stepOf(history, { model, initial: null }, state, row[i]!);
    if (state === ILLEGAL) return null;
    const text = model.showState(state);
    states.push(text.length <= LONGEST_STATE ? text : `${text.slice(0, LONGEST_STATE - 1)}…`);
  }
  const pairs = (list: readonly Pair[]) =>
    list.map(([a, b]): [number, number] => [row[a]!, row[b]!]).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  return { order: order.map((i) => row[i]!), states, broken: pairs(broken), needed: pairs(needed) };
}

/** The orders of a few operations, as indexes into the partition. */
class Orders {
  readonly #machine: Machine;
  readonly #partition: Partition;
  readonly #required: readonly number[];
  readonly #members: readonly number[];
  /** Pairs of required operations that real time orders. */
  readonly #pairs: readonly Pair[];
  readonly #generous: boolean;
  #tried = 0;

  /** `generous`: helpers that leave a value do so in any state. */
  constructor(
    machine: Machine,
    partition: Partition,
    required: readonly number[],
    helpers: readonly number[],
    generous: boolean,
  ) {
    this.#machine = machine;
    this.#partition = partition;
    this.#required = required;
    this.#members = [...required, ...helpers];
    this.#generous = generous && machine.actions.model.cell !== undefined;
    this.#pairs = required.flatMap((a) => required.flatMap((b): Pair[] => (precedes(partition, a, b) ? [[a, b]] : [])));
  }

  /** The order against which least can be said: one pair of operations, rather those that end in `stuck`. */
  closest(stuck: number): Found | null {
    const single = this.#pairs.flatMap((pair) => {
      const order = this.#without([pair]);
      return order === null ? [] : [{ pair, order }];
    });
    const last = single.findLast(({ pair }) => pair[1] === stuck) ?? single.at(-1);
    if (last !== undefined) {
      const needed = single.filter((one) => one !== last).map(({ pair }) => pair);
      return { order: last.order, broken: [last.pair], needed };
    }
    const intoStuck = this.#pairs.filter(([, second]) => second === stuck);
    const order = this.#without(intoStuck) ?? this.#without(this.#pairs);
    if (order === null) return null;
    const broken = this.#pairs.filter(([a, b]) => order.indexOf(b) < order.indexOf(a));
    return broken.length > MOST_BROKEN ? null : { order, broken, needed: [] };
  }

  /** True if every order was tried, and none gives the results. */
  none(): boolean {
    return this.#without(this.#pairs) === null && this.#tried <= MOST_TRIED;
  }

  #step(state: number, m: number): number {
    const action = this.#partition.action[this.#members[m]!]!;
    const isHelper = m >= this.#required.length;
    return isHelper && this.#generous ? this.#machine.actions.leaves[action]! : this.#machine.step(state, action);
  }

  /** A legal order of all that is required (helpers where they help) that may break some of the pairs; null: none was found. */
  #without(dropped: readonly Pair[]): number[] | null {
    const isDropped = (a: number, b: number) => dropped.some(([first, second]) => first === a && second === b);
    const isRequired = (m: number) => m < this.#required.length;
    const before = this.#members.map((b) =>
      this.#required.reduce(
        (bits, a, m) => (precedes(this.#partition, a, b) && !isDropped(a, b) ? bits | (1 << m) : bits),
        0,
      ),
    );
    const goal = (1 << this.#required.length) - 1;
    const seen = new Set<string>();
    const order: number[] = [];
    const extend = (placed: number, state: number): boolean => {
      if ((placed & goal) === goal) return true;
      const configuration = `${placed} ${state}`;
      if (seen.has(configuration) || ++this.#tried > MOST_TRIED) return false;
      seen.add(configuration);
      for (const [m, i] of this.#members.entries()) {
        if ((placed & (1 << m)) !== 0 || (before[m]! & ~placed) !== 0) continue;
        const next = this.#step(state, m);
        // A helper that changes nothing would only be told for nothing.
        if (next === NO_STATE || (next === state && !isRequired(m))) continue;
        order.push(i);
        if (extend(placed | (1 << m), next)) return true;
        order.pop();
      }
      return false;
    };
    return extend(0, this.#machine.initial) ? order : null;
  }
}
