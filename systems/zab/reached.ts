// What enough nodes have reached: commits and rounds of pings are counted in the same way. Followers are objects that come and go
// with their connections; `shared/quorum.ts` counts members that have a place.

/** The highest value that at least `count` of the nodes have; 0: there are fewer nodes than that. Allocates nothing. */
export function reachedBy<T>(count: number, nodes: readonly T[], reached: (node: T) => number): number {
  let best = 0;
  for (const node of nodes) {
    const value = reached(node);
    if (value <= best) continue;
    let others = 0;
    for (const other of nodes) if (reached(other) >= value) others++;
    if (others >= count) best = value;
  }
  return best;
}
