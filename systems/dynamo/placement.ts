// Where keys live: the members of the ring, how views of them merge, and the home nodes of each part of the key space.
import { HashRing, hashText } from '../shared/hash-ring.js';

/**
 * A node's changes so far: odd, it is a member; even, it is not. Views merge by the larger number for each node, in any order
 * and however often, so all nodes come to the same view by gossip, and concurrent changes of different nodes are all kept.
 */
export type Members = Readonly<Record<string, number>>;

/** The key space is cut into this many equal parts; all keys of one have the same home nodes. A power of two. */
export const PARTITIONS = 64;
const PARTITION_SIZE = 2 ** 32 / PARTITIONS;

export function firstMembers(nodes: readonly string[]): Members {
  return Object.fromEntries(nodes.map((node) => [node, 1]));
}

/** The same object when `b` says nothing new. */
export function mergeMembers(a: Members, b: Members): Members {
  const merged: Record<string, number> = { ...a };
  let changed = false;
  for (const node in b) {
    if (b[node]! <= (merged[node] ?? 0)) continue;
    merged[node] = b[node]!;
    changed = true;
  }
  return changed ? merged : a;
}

/** The view after some have joined and others have left; the same object when it is so already. */
export function changeMembers(members: Members, join: readonly string[], leave: readonly string[]): Members {
  const changed: Record<string, number> = {};
  for (const node of join) if (!isIn(members, node)) changed[node] = (members[node] ?? 0) + 1;
  for (const node of leave) if (isIn(members, node)) changed[node] = members[node]! + 1;
  return mergeMembers(members, changed);
}

export function isIn(members: Members, node: string): boolean {
  return (members[node] ?? 0) % 2 === 1;
}

/** Checks what came from the network. */
export function isMembers(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((changes) => Number.isInteger(changes) && changes > 0);
}

export class Placement {
  readonly #virtualNodes: number;
  readonly #n: number;
  #members: Members = {};
  #ids: readonly string[] = [];
  #known: readonly string[] = [];
  #orders: readonly (readonly string[])[] = [];
  #homes: readonly (readonly string[])[] = [];
  #mark = 0;

  constructor(members: Members, virtualNodes: number, n: number) {
    this.#virtualNodes = virtualNodes;
    this.#n = n;
    this.update(members);
  }

  get members(): Members {
    return this.#members;
  }

  /** Members now, sorted; and all nodes that ever were. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  get known(): readonly string[] {
    return this.#known;
  }

  /** Two nodes with the same mark see the same members. */
  get mark(): number {
    return this.#mark;
  }

  update(members: Members): void {
    this.#members = members;
    this.#known = Object.keys(members).sort();
    this.#ids = this.#known.filter((node) => isIn(members, node));
    this.#mark = hashText(this.#known.map((node) => `${node}=${members[node]}`).join());
    const ring = new HashRing(this.#ids, this.#virtualNodes);
    this.#orders = Array.from({ length: PARTITIONS }, (_, partition) => ring.walk(partition * PARTITION_SIZE));
    this.#homes = this.#orders.map((order) => order.slice(0, this.#n));
  }

  partition(position: number): number {
    return Math.floor(position / PARTITION_SIZE);
  }

  /** Home nodes first, then those that stand in for them, in the order of the ring. */
  order(partition: number): readonly string[] {
    return this.#orders[partition]!;
  }

  homes(partition: number): readonly string[] {
    return this.#homes[partition]!;
  }
}
