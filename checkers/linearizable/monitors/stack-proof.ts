// What the monitor of stacks works on, and what it answers when the elements do not fit.

import { int32 } from '../../shared/columns.js';
import { clashOf } from './clash-of.js';
import { FreeGaps } from './free-gaps.js';
import { smallKnot } from './knot-proof.js';
import type { Judgement } from './monitor.js';
import type { Elements, Knot } from './nesting.js';
import { cover, type Spans } from './spans.js';

/** Where nobody takes an element unless it is an operation that says so. */
export function elementsOf(spans: Spans): Elements {
  const { count, end, called, entered, left, lookStart, looks, partition } = spans;
  const { call, ret } = partition;
  const total = lookStart[count]!;
  const lookFrom = int32(total);
  const lookTo = int32(total);
  for (let x = 0; x < count; x++) {
    for (let look = lookStart[x]!; look < lookStart[x + 1]!; look++) {
      lookFrom[look] = Math.max(call[looks[look]!]!, called[x]!);
      lookTo[look] = Math.min(ret[looks[look]!]!, left[x]!);
    }
  }
  return { count, end, called, entered, until: spans.untils(), left, lookStart, lookFrom, lookTo };
}

/** Some elements cannot be nested. */
export function knotted(spans: Spans, elements: Elements, knot: Knot): Judgement {
  const { members, looks } = smallKnot(elements, knot);
  return clashOf([...spans.witnesses(members), ...looks.map((look) => spans.looks[look]!)]);
}

/** The first operation that found the stack empty where it cannot have been; null: there is none. */
export function neverEmpty(spans: Spans, untils: Int32Array): Judgement | null {
  const { end, count, entered, gathered, partition } = spans;
  if (gathered.empties.length === 0) return null;
  const free = new FreeGaps(end + 1);
  for (let x = 0; x < count; x++) free.cover(entered[x]!, untils[x]!);
  for (const empty of gathered.empties) {
    const [from, to] = [partition.call[empty]!, partition.ret[empty]!];
    if (free.next(from) < to) continue;
    return clashOf([empty, ...spans.witnesses(cover(spans.byEntry(), untils, from, to, () => true))]);
  }
  return null;
}
