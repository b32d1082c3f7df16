// Finds few of the elements in a knot that cannot be nested by themselves either.
import { int32 } from '../../shared/columns.js';
import { Earliest } from './earliest.js';
import { type Elements, type Knot, knots } from './nesting.js';
import { cover } from './spans.js';

/** So many are tried one by one. */
const FEW = 40;

/** A knot of as few of the elements as was easily found; members and looks are numbers in `elements`. */
export function smallKnot(elements: Elements, knot: Knot): { members: number[]; looks: number[] } {
  let members = knot.members.length <= FEW ? knot.members : fewer(elements, knot);
  let looks = tryOut(elements, members)?.looks ?? knot.looks;
  if (members.length > FEW) return { members, looks };
  for (const x of members) {
    const without = members.filter((one) => one !== x);
    const left = tryOut(elements, without);
    if (left === null) continue;
    members = without;
    looks = left.looks;
  }
  return { members, looks };
}

function fewer(elements: Elements, { from, to, members, looks }: Knot): number[] {
  const pair = crossing(elements, members);
  if (pair !== null) return pair;
  const { count, entered, until, lookStart, lookFrom, lookTo } = elements;
  const byEntry = int32(elements.end);
  for (const x of members) byEntry[entered[x]!] = x + 1;
  const chain = cover(byEntry, until, from, to, () => true);
  const covering = looks.flatMap((look) => {
    const own = ownerOf(lookStart, count, look);
    return [own, ...cover(byEntry, until, lookFrom[look]!, lookTo[look]!, (x) => x !== own)];
  });
  return covering.length > 0 ? [...new Set([...chain, ...covering])] : shortest(elements, chain);
}

/** Two elements of which the first is surely below the second, and surely taken first. */
function crossing({ end, called, entered, until, left }: Elements, members: readonly number[]): number[] | null {
  const events = int32(end);
  for (const x of members) {
    events[called[x]!] = -(x + 1);
    events[entered[x]!] = x + 1;
  }
  const above = new Earliest(end);
  for (let stamp = end - 1; stamp >= 0; stamp--) {
    const event = events[stamp]!;
    if (event < 0) above.insert(entered[-event - 1]!, -until[-event - 1]!, -event - 1);
    if (event <= 0) continue;
    const lower = event - 1;
    const upper = above.upTo(until[lower]! - 1);
    if (upper >= 0 && until[upper]! > left[lower]!) return [lower, upper];
  }
  return null;
}

/** Of elements each of which overlaps the next, the shortest run in which none can be below the others. */
function shortest({ called, entered, until, left }: Elements, chain: number[]): number[] {
  for (let length = 2; length < Math.min(chain.length, FEW); length++) {
    for (let i = 0; i + length <= chain.length; i++) {
      const run = chain.slice(i, i + length);
      const begin = entered[run[0]!]!;
      const end = Math.max(...run.map((x) => until[x]!));
      if (!run.some((x) => called[x]! < begin && left[x]! > end)) return run;
    }
  }
  return chain;
}

/** Whether just these elements can. */
export function canBeNested(elements: Elements, members: readonly number[]): boolean {
  return tryOut(elements, members) === null;
}

function tryOut(elements: Elements, members: readonly number[]): { looks: number[] } | null {
  const { part, looks } = restricted(elements, members);
  const knot = knots(part)[0];
  return knot === undefined ? null : { looks: knot.looks.map((look) => looks[look]!) };
}

/** Just these elements, with stamps as small as possible; `looks` are the numbers of the looks in the whole. */
function restricted(
  { end, called, entered, until, left, lookStart, lookFrom, lookTo }: Elements,
  members: readonly number[],
): { part: Elements; looks: number[] } {
  const looks: number[] = [];
  const starts = [0];
  for (const x of members) {
    for (let look = lookStart[x]!; look < lookStart[x + 1]!; look++) looks.push(look);
    starts.push(looks.length);
  }
  const stamps = [called, entered, until, left].flatMap((column) => members.map((x) => column[x]!));
  const used = Int32Array.from(
    new Set([...stamps, ...looks.flatMap((look) => [lookFrom[look]!, lookTo[look]!]), end]),
  ).sort();
  const small = new Map<number, number>();
  for (const [at, stamp] of used.entries()) small.set(stamp, at);
  const columnOf = (column: Int32Array, indexes: readonly number[]) =>
    Int32Array.from(indexes, (at) => small.get(column[at]!)!);
  const part = {
    count: members.length,
    end: small.get(end)!,
    called: columnOf(called, members),
    entered: columnOf(entered, members),
    until: columnOf(until, members),
    left: columnOf(left, members),
    lookStart: Int32Array.from(starts),
    lookFrom: columnOf(lookFrom, looks),
    lookTo: columnOf(lookTo, looks),
  };
  return { part, looks };
}

function ownerOf(lookStart: Int32Array, count: number, look: number): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (lookStart[middle]! <= look) low = middle;
    else high = middle;
  }
  return low;
}
