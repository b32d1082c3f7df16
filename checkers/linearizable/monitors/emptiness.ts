// Whether a container can have been found empty: while elements are surely in there, it cannot.
import type { Partition } from '../prepare/partition.js';
import type { Leftovers } from './leftovers.js';
import type { Presence } from './presence.js';
import { NOBODY } from './puts-and-takes.js';

/** Of operations that found it empty, the first that could not, as at each instant some element was there; or NOBODY. */
export function falselyEmpty(
  { call, ret }: Partition,
  limit: number,
  empties: readonly number[],
  presence: Presence,
): number {
  if (empties.length === 0) return NOBODY;
  const { count, from, until } = presence;
  // Gap g is the time between the events g and g + 1. First the change in the number of elements, then free gaps up to there.
  const gaps = new Int32Array(limit + 1);
  for (let e = 0; e < count; e++) {
    if (until[e]! <= from[e]!) continue;
    gaps[from[e]!]!++;
    gaps[until[e]!]!--;
  }
  let there = 0;
  let free = 0;
  for (let gap = 0; gap <= limit; gap++) {
    there += gaps[gap]!;
    if (there === 0) free++;
    gaps[gap] = free;
  }
  for (const one of empties) {
    if (gaps[ret[one]! - 1] === (call[one] === 0 ? 0 : gaps[call[one]! - 1])) return one;
  }
  return NOBODY;
}

/**
 * A few elements of which one or another is there all the time from an invocation to a return, and, where the unknown takes were
 * `shared` out, those that compete for them.
 */
export function filling(
  called: number,
  returned: number,
  presence: Presence,
  leftovers: Leftovers,
  shared: boolean,
): number[] {
  const left = new Set(leftovers.order);
  const cover =
    coverOf(called, returned, presence, (e) => !left.has(e)) ?? coverOf(called, returned, presence, () => true) ?? [];
  const competing = shared ? leftovers.competing(cover.filter((e) => left.has(e))) : [];
  return competing.length === 0 ? cover : [...cover.filter((e) => !left.has(e)), ...competing];
}

/** As few elements as are there, one or another, all the time; null: there are none. */
function coverOf(
  called: number,
  returned: number,
  { count, from, until }: Presence,
  fits: (element: number) => boolean,
): number[] | null {
  const candidates: number[] = [];
  for (let e = 0; e < count; e++) {
    if (from[e]! < until[e]! && from[e]! < returned && until[e]! > called && fits(e)) candidates.push(e);
  }
  candidates.sort((a, b) => from[a]! - from[b]! || a - b);
  const cover: number[] = [];
  let next = 0;
  let best = NOBODY;
  for (let gap = called; gap < returned; gap = until[best]!) {
    for (; next < candidates.length && from[candidates[next]!]! <= gap; next++) {
      if (best === NOBODY || until[candidates[next]!]! > until[best]!) best = candidates[next]!;
    }
    if (best === NOBODY || until[best]! <= gap) return null;
    cover.push(best);
  }
  return cover;
}
