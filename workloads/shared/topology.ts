// Neighbours that a broadcast workload suggests to nodes.

export const TOPOLOGIES = ['grid', 'line', 'tree', 'total'] as const;
export type TopologyName = (typeof TOPOLOGIES)[number];

/** Indexes of the nodes that node `i` of `n` is linked to and that come after it. */
type Links = (i: number, n: number) => number[];

const BRANCHES = 2;

/** The side of the smallest square that holds n, found without a square root so that it is exact everywhere. */
function side(n: number): number {
  let width = 1;
  while (width * width < n) width++;
  return width;
}

const LINKS: Readonly<Record<TopologyName, Links>> = {
  line: (i) => [i + 1],
  grid: (i, n) => ((i + 1) % side(n) === 0 ? [i + side(n)] : [i + 1, i + side(n)]),
  tree: (i) => Array.from({ length: BRANCHES }, (_, child) => BRANCHES * i + child + 1),
  total: (i, n) => Array.from({ length: n - i - 1 }, (_, offset) => i + 1 + offset),
};

/** The neighbours of each node; links go both ways, and every node reaches every other. */
export function topology(name: TopologyName, nodes: readonly string[]): Record<string, string[]> {
  const neighbours = nodes.map(() => [] as string[]);
  nodes.forEach((node, i) => {
    for (const j of LINKS[name](i, nodes.length)) {
      const other = nodes[j];
      if (other === undefined) continue;
      neighbours[i]!.push(other);
      neighbours[j]!.push(node);
    }
  });
  return Object.fromEntries(nodes.map((node, i) => [node, neighbours[i]!]));
}
