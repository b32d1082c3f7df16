// Turns the targets that a plan names into nodes, at the moment of an injection.
import type { Skip, TargetName } from '../contracts/nemesis.js';
import type { Random } from '../contracts/random.js';

type Resolve = (nodes: readonly string[], leader: string | null, random: Random) => string[] | Skip;

const NO_LEADER: Skip = { skip: 'no leader' };

/** So many nodes at random; a subset that would be empty is no target. */
function sample(count: (nodes: number) => number, name: string): Resolve {
  return (nodes, _leader, random) => {
    const wanted = count(nodes.length);
    if (wanted < 1) return { skip: `no ${name} among ${nodes.length} nodes` };
    return random.shuffle(nodes).slice(0, wanted);
  };
}

const RESOLVERS: Readonly<Record<TargetName, Resolve>> = {
  one: sample(() => 1, 'node'),
  /** What a Byzantine cluster survives, but at least one node. */
  'minority-third': sample((n) => Math.max(1, Math.floor((n - 1) / 3)), 'minority'),
  /** The largest minority: 2 of 5, 1 of 3 and of 4. */
  minority: sample((n) => Math.floor((n - 1) / 2), 'minority'),
  /** The smallest majority: 3 of 5. */
  majority: sample((n) => Math.floor(n / 2) + 1, 'majority'),
  all: (nodes) => [...nodes],
  leader: (_nodes, leader) => (leader === null ? NO_LEADER : [leader]),
  followers: (nodes, leader) => {
    if (leader === null) return NO_LEADER;
    const others = nodes.filter((node) => node !== leader);
    return others.length === 0 ? { skip: 'no followers' } : others;
  },
  /** A random subset that is not empty: every size is equally likely, and every subset of that size. */
  some: (nodes, _leader, random) => random.shuffle(nodes).slice(0, 1 + random.int(nodes.length)),
};

/**
 * The nodes that `target` means now, in the order of the cluster, at least one; or why there are none. A list is taken as it
 * is: validation has checked it. `leader` is null when nobody leads or nobody knows. Pure but for its draws from `random`.
 */
export function resolveTargets(
  target: TargetName | readonly string[],
  nodes: readonly string[],
  leader: string | null,
  random: Random,
): string[] | Skip {
  if (typeof target !== 'string') return [...target];
  const chosen = RESOLVERS[target](nodes, leader, random);
  if (!Array.isArray(chosen)) return chosen;
  // A leader may still lead a cluster that it no longer belongs to.
  const outside = chosen.filter((node) => !nodes.includes(node));
  return [...nodes.filter((node) => chosen.includes(node)), ...outside];
}
