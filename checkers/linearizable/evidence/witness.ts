// Finds a small, irreducible set of operations that proves a violation.
import type { Contradiction } from '../monitors/contradictions.js';
import type { Actions } from '../prepare/actions.js';
import type { Partition } from '../prepare/partition.js';
import type { Relaxed } from './relaxed.js';

export interface Witness {
  /** Indexes into the partition, in order of invocation, the stuck operation among them. */
  shown: number[];
  /** More operations that the proof needs: too many to show, and all over before the others matter. */
  folded: number[];
  /** Leaving out any shown operation would spoil the proof. */
  irreducible: boolean;
  /** No small part proves it, as far as was tried: the shown operations are just the last ones. */
  loose: boolean;
}

/** Sets up to this size are shrunk one by one. */
const EXACT = 64;
/** Larger sets are shown with one operation for many of its kind. */
const MOST_SHOWN = 8;
const WINDOWS = [8, 16, 32, 64];

/**
 * `stuck`: the completed operation that could not be linearized; the relaxed events end with its return. `hints`: operations
 * that are likely to prove it.
 */
export function findWitness(relaxed: Relaxed, actions: Actions, stuck: number, hints: readonly number[][]): Witness {
  const witness = smallest(relaxed, actions, stuck, hints);
  return witness.shown.length > MOST_SHOWN && !witness.loose ? foldTwins(relaxed, witness) : witness;
}

function smallest(relaxed: Relaxed, actions: Actions, stuck: number, hints: readonly number[][]): Witness {
  const proof = (seeds: readonly (readonly number[])[]): number[] | undefined =>
    seeds
      .map((seed) => unique([...seed, stuck]).filter((i) => relaxed.partition.ret[i]! <= relaxed.cutoff))
      .find((required) => relaxed.ask(required) === 'fails');
  const hinted = proof(hints);
  if (hinted !== undefined) return shrink(relaxed, actions, hinted, []);
  const completed = byReturn(relaxed);
  const windows = WINDOWS.filter((size) => size < completed.length).map((size) => completed.slice(-size));
  const near = proof([...windows, ...(completed.length <= EXACT ? [completed] : [])]);
  return near === undefined ? withPast(relaxed, actions, completed) : shrink(relaxed, actions, near, []);
}

/** Completed operations in order of return. */
function byReturn({ partition, cutoff }: Relaxed): number[] {
  const { count, ret } = partition;
  const completed: number[] = [];
  for (let i = 0; i < count; i++) if (ret[i]! <= cutoff) completed.push(i);
  return completed.sort((a, b) => ret[a]! - ret[b]!);
}

/** What the contradiction says, as operations to start from. */
export function contradictionSeed(
  { kind, observation, rival }: Contradiction,
  relaxed: Relaxed,
  { needs, leaves }: Actions,
): number[] {
  const { ret, action, count } = relaxed.partition;
  const value = needs[action[observation]!]!;
  if (kind === 'no-source') return [observation];
  if (kind === 'overtaken') return unique([...relaxed.sourcesOf(value), rival, observation]);
  const takers: number[] = [];
  for (let i = 0; i < count; i++) {
    if (ret[i]! <= relaxed.cutoff && needs[action[i]!] === value && leaves[action[i]!]! >= 0) takers.push(i);
  }
  return takers;
}

/** Nothing small is enough: the updates of the past stay as they are, and only the operations near the end are shrunk. */
function withPast(relaxed: Relaxed, actions: Actions, completed: readonly number[]): Witness {
  const { pure } = actions;
  const { action } = relaxed.partition;
  for (const size of WINDOWS) {
    const window = completed.slice(-size);
    const past = completed.slice(0, -size).filter((i) => pure[action[i]!] === 0);
    if (relaxed.ask([...past, ...window]) !== 'fails') continue;
    const near = shrink(relaxed, actions, window, past);
    const folded = shrinkPast(relaxed, near.shown, past);
    if (folded.length > EXACT) return { ...near, folded };
    return shrink(relaxed, actions, unique([...near.shown, ...folded]), []);
  }
  const last = completed.slice(-WINDOWS[0]!);
  return { shown: unique(last), folded: unique(completed.slice(0, -last.length)), irreducible: false, loose: true };
}

/** Relaxes the past by kinds of operations. */
function shrinkPast(relaxed: Relaxed, shown: readonly number[], past: readonly number[]): number[] {
  const { action } = relaxed.partition;
  let folded = [...past];
  for (const kind of new Set(past.map((i) => action[i]!))) {
    const without = folded.filter((i) => action[i] !== kind);
    if (relaxed.ask([...without, ...shown]) === 'fails') folded = without;
  }
  return unique(folded);
}

/** Relaxes one operation after the other: reads first, for writes say more, and old ones before recent ones. */
function shrink(relaxed: Relaxed, actions: Actions, required: readonly number[], past: readonly number[]): Witness {
  const { pure } = actions;
  const { action } = relaxed.partition;
  if (required.length > EXACT)
    return { shown: unique(required), folded: unique(past), irreducible: false, loose: false };
  const order = [...required].sort((a, b) => pure[action[b]!]! - pure[action[a]!]! || a - b);
  let shown = [...required];
  let irreducible = true;
  for (const candidate of order) {
    const without = shown.filter((one) => one !== candidate);
    const answer = relaxed.ask([...past, ...without]);
    if (answer === 'fails') shown = without;
    if (answer === 'hard') irreducible = false;
  }
  return { shown: unique(shown), folded: unique(past), irreducible, loose: false };
}

/** Of many operations with one action, all needed, the one that returned last stands for the others. */
function foldTwins({ partition }: Relaxed, witness: Witness): Witness {
  const { action, ret } = partition;
  const last = new Map<number, number>();
  for (const i of witness.shown) {
    const other = last.get(action[i]!);
    if (other === undefined || ret[i]! > ret[other]!) last.set(action[i]!, i);
  }
  const shown = new Set(last.values());
  const folded = [...witness.folded, ...witness.shown.filter((i) => !shown.has(i))];
  return { ...witness, shown: unique([...shown]), folded: unique(folded) };
}

function unique(operations: readonly number[]): number[] {
  return [...new Set(operations)].sort((a, b) => a - b);
}

/** Whether an operation returned before another was invoked. */
export function precedes({ call, ret }: Partition, a: number, b: number): boolean {
  return ret[a]! < call[b]!;
}
