// What happens on a node that is a process, as its cluster tells it.
import type { NodeEvent } from '../contracts/cluster.js';

type Without<E> = E extends unknown ? Omit<E, 'time' | 'node'> : never;

/** A node's event before it is known when and where. */
export type Happening = Without<NodeEvent>;

/** How the end of a node that a fault has killed reads to a person. */
export function killed(lost: number): string {
  return lost === 0 ? 'killed' : `killed, ${lost} unsynced bytes lost`;
}
