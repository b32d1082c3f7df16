// Fewer of many, evenly: what a picture shows of more points than it has room for.

/** At most `most` of the items, evenly spread, the first among them; in order. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  const { length } = items;
  if (length <= most) return items.slice();
  return Array.from({ length: Math.max(0, most) }, (_, i) => items[Math.floor((i * length) / most)]!);
}

/** How many of each group fit, in all at most `most`: what is wrong first, then the rest in proportion. */
export function shares(groups: readonly { count: number; wrong: number }[], most: number): number[] {
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  if (all <= most) return groups.map(({ count }) => count);
  const wrong = groups.reduce((sum, group) => sum + group.wrong, 0);
  const forWrong = Math.min(1, most / Math.max(1, wrong));
  const left = Math.max(0, most - wrong);
  const forRest = left / Math.max(1, all - wrong);
  return groups.map((group) => Math.floor(group.wrong * forWrong) + Math.floor((group.count - group.wrong) * forRest));
}
