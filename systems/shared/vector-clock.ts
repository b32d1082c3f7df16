// Vector clocks: what a version has seen of each actor's chain of versions.
//
// Parker et al., "Detection of mutual inconsistency in distributed systems", IEEE TSE 9(3), 1983.

/** By actor, the number of its latest version that is in the past (or is the version itself). An actor that is missing: none. */
export type VectorClock = Readonly<Record<string, number>>;

export function isVectorClock(value: unknown): value is VectorClock {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const actor in value) if (!Number.isInteger((value as Record<string, unknown>)[actor])) return false;
  return true;
}

/** True when version `n` of the actor is in the past that the clock describes. */
export function hasSeen(clock: VectorClock, actor: string, n: number): boolean {
  return (clock[actor] ?? 0) >= n;
}

/** The past of all of them together. */
export function joinClocks(clocks: readonly VectorClock[]): Record<string, number> {
  const joined: Record<string, number> = {};
  for (const clock of clocks) {
    for (const actor in clock) {
      const n = clock[actor]!;
      if (n > (joined[actor] ?? 0)) joined[actor] = n;
    }
  }
  return joined;
}

/** Number of versions in the past, if actors number theirs 1, 2, 3, … */
export function sizeOfPast(clock: VectorClock): number {
  let size = 0;
  for (const actor in clock) size += clock[actor]!;
  return size;
}
