// The shapes of partitions, as data: what each draws, which directed links it cuts, and how many nodes it takes.
import type { Link } from '../../framework/contracts/cluster.js';
import type { Random } from '../../framework/contracts/random.js';

export const SHAPES = [
  'halves',
  'random-halves',
  'one',
  'isolate-leader',
  'majorities-ring',
  'bridge',
  'one-way',
] as const;
export type ShapeName = (typeof SHAPES)[number];

/** `targets`: the nodes that were cut off, the smaller side where there are two; all nodes of a ring. */
export interface Partition {
  targets: readonly string[];
  cuts: readonly Link[];
}

export interface Shape {
  /** It cannot be made of fewer nodes. */
  least: number;
  /** It cuts off the leader, so there must be one. */
  needsLeader?: boolean;
  make(nodes: readonly string[], random: Random, leader: string | null): Partition;
}

/** Every link from a node of one group to a node of the other. */
export function oneWay(from: readonly string[], to: readonly string[]): Link[] {
  return from.flatMap((source) => to.map((target): Link => [source, target]));
}

/** Every link between two groups, both ways. */
export function bothWays(one: readonly string[], other: readonly string[]): Link[] {
  return [...oneWay(one, other), ...oneWay(other, one)];
}

/** The first half (the smaller one) and the rest. */
function bisect(nodes: readonly string[]): [string[], string[]] {
  const middle = Math.floor(nodes.length / 2);
  return [nodes.slice(0, middle), nodes.slice(middle)];
}

/** One node and the others, in the cluster's order. */
function single(nodes: readonly string[], node: string): [string[], string[]] {
  return [[node], nodes.filter((other) => other !== node)];
}

/** As in the cluster's order, whatever order they were drawn in. */
function inOrder(nodes: readonly string[], chosen: readonly string[]): string[] {
  return nodes.filter((node) => chosen.includes(node));
}

function apart([one, other]: readonly [string[], string[]]): Partition {
  return { targets: one.length <= other.length ? one : other, cuts: bothWays(one, other) };
}

function randomHalves(nodes: readonly string[], random: Random): [string[], string[]] {
  const [one, other] = bisect(random.shuffle(nodes));
  return [inOrder(nodes, one), inOrder(nodes, other)];
}

/**
 * Nodes in a random ring; each keeps its links to the nearest ones, just enough for a majority. So every node is in touch
 * with a majority, and no two with the same. With three nodes the windows would cover the whole ring: there one link is cut.
 */
function ring(nodes: readonly string[], random: Random): Link[] {
  const order = random.shuffle(nodes);
  const count = order.length;
  const majority = Math.floor(count / 2) + 1;
  const reach = Math.ceil((majority - 1) / 2);
  if (2 * reach + 1 >= count) return bothWays([order[0]!], [order[1]!]);
  const place = new Map(order.map((node, index) => [node, index]));
  const distance = (one: string, other: string) => {
    const steps = Math.abs(place.get(one)! - place.get(other)!);
    return Math.min(steps, count - steps);
  };
  return oneWay(nodes, nodes).filter(([from, to]) => distance(from, to) > reach);
}

/** Two halves that meet in one node only. */
function bridge(nodes: readonly string[], random: Random): Partition {
  const [between, ...rest] = random.shuffle(nodes);
  const [one, other] = bisect(rest);
  const sides = inOrder(nodes, [...one, ...other]);
  return {
    targets: sides.filter((node) => node !== between),
    cuts: bothWays(inOrder(nodes, one), inOrder(nodes, other)),
  };
}

/** Messages from one group (half of the nodes, or a single one) to the others are lost, or those to it; never both. */
function singleDirection(nodes: readonly string[], random: Random): Partition {
  const lonely = random.chance(0.5);
  const outgoing = random.chance(0.5);
  const [one, other] = lonely ? single(nodes, random.pick(nodes)) : randomHalves(nodes, random);
  return { targets: one, cuts: outgoing ? oneWay(one, other) : oneWay(other, one) };
}

export const SHAPE: Readonly<Record<ShapeName, Shape>> = {
  halves: { least: 2, make: (nodes) => apart(bisect(nodes)) },
  'random-halves': { least: 2, make: (nodes, random) => apart(randomHalves(nodes, random)) },
  one: { least: 2, make: (nodes, random) => apart(single(nodes, random.pick(nodes))) },
  'isolate-leader': {
    least: 2,
    needsLeader: true,
    make: (nodes, _random, leader) => apart(single(nodes, leader!)),
  },
  'majorities-ring': { least: 3, make: (nodes, random) => ({ targets: nodes, cuts: ring(nodes, random) }) },
  bridge: { least: 3, make: bridge },
  'one-way': { least: 2, make: singleDirection },
};

/** Every link between two different groups; nodes in no group keep all their links. */
export function separate(groups: readonly (readonly string[])[]): Link[] {
  return groups.flatMap((one, index) => groups.slice(index + 1).flatMap((other) => bothWays(one, other)));
}
