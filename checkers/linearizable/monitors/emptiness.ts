// Whether a container can have been found empty: while elements are surely in there, it cannot.
import { int32 } from '../../shared/columns.js';
import type { Partition } from '../prepare/partition.js';
import type { Leftovers } from './leftovers.js';
import type { Presence } from './presence.js';
import { NOBODY } from './puts-and-takes.js';

/**
 * Of operations that found it empty, the first that could not, as at each instant some element was there; or NOBODY. `crowd`:
 * see `Leftovers`.
 */
export function falselyEmpty(
  { call, ret }: Partition,
  limit: number,
  empties: readonly number[],
  presence: Presence,
  crowd: Int32Array | null,
): number {
  if (empties.length === 0) return NOBODY;
  const { count, from, until } = presence;
  // Gap g is the time between the events g and g + 1. First the change in the number of elements, then free gaps up to there.
  const gaps = int32(limit + 1);
  for (let e = 0; e < count; e++) {
    if (until[e]! <= from[e]!) continue;
    gaps[from[e]!]!++;
    gaps[until[e]!]!--;
  }
  let there = 0;
  let free = 0;
  for (let gap = 0; gap <= limit; gap++) {
    there += gaps[gap]!;
    if (there === 0 && (crowd === null || crowd[gap]! <= 0)) free++;
    gaps[gap] = free;
  }
  for (const one of empties) {
    if (gaps[ret[one]! - 1] === (call[one] === 0 ? 0 : gaps[call[one]! - 1])) return one;
  }
  return NOBODY;
}

/**
 * A few elements of which one or another is there all the time from an invocation to a return, and, where the unknown takes were
 * `shared` out, those that compete for them. Where they were not, it may take several elements that are too many.
 */
export function filling(
  { call, ret }: Partition,
  empty: number,
  presence: Presence,
  leftovers: Leftovers,
  shared: boolean,
): number[] {
  const left = new Set(leftovers.order);
  const crowdAt = (gap: number) => leftovers.crowdAt(gap, call, presence.from);
  const [called, returned] = [call[empty]!, ret[empty]!];
  const cover =
    coverOf(
      called,
      returned,
      presence,
      (e) => !left.has(e),
      () => [],
    ) ??
    coverOf(called, returned, presence, () => true, shared ? () => [] : crowdAt) ??
    [];
  const competing = shared ? leftovers.competing(cover.filter((e) => left.has(e))) : [];
  return competing.length === 0 ? cover : [...cover.filter((e) => !left.has(e)), ...competing];
}

/** As few elements as are there, one or another, all the time, with others for gaps in which none is; null: there are none. */
function coverOf(
  called: number,
  returned: number,
  { count, from, until }: Presence,
  fits: (element: number) => boolean,
  others: (gap: number) => number[],
): number[] | null {
  const candidates: number[] = [];
  for (let e = 0; e < count; e++) {
    if (from[e]! < until[e]! && from[e]! < returned && until[e]! > called && fits(e)) candidates.push(e);
  }
  candidates.sort((a, b) => from[a]! - from[b]! || a - b);
  const cover = new Set<number>();
  let next = 0;
  let best = NOBODY;
  for (let gap = called; gap < returned; ) {
    for (; next < candidates.length && from[candidates[next]!]! <= gap; next++) {
      if (best === NOBODY || until[candidates[next]!]! > until[best]!) best = candidates[next]!;
    }
    if (best !== NOBODY && until[best]! > gap) {
      cover.add(best);
      gap = until[best]!;
      continue;
    }
    const more = others(gap);
    if (more.length === 0) return null;
    for (const e of more) cover.add(e);
    gap++;
  }
  return [...cover];
}
