// What the faults in force want of one node, and how a node of ours is told.
import type { ClockFault, DiskFault } from '../contracts/cluster.js';
import type { Control } from '../node/process/control.js';

export interface Wish {
  dead: boolean;
  paused: boolean;
  /** Its host is turned off. */
  off: boolean;
  clock: readonly ClockFault[];
  disk: readonly DiskFault[];
}

export const NO_WISH: Wish = { dead: false, paused: false, off: false, clock: [], disk: [] };

export type Topic = 'clock' | 'disk';

/** Its writes fail. */
export function isUnwritable(wish: Wish): boolean {
  return has(wish, 'full') || has(wish, 'read-only');
}

function has({ disk }: Wish, kind: DiskFault['kind']): boolean {
  return disk.some((fault) => fault.kind === kind);
}

/** How much longer each of its syncs takes, in milliseconds: several faults add up. */
export function slowedBy({ disk }: Wish): number {
  return disk.reduce((sum, fault) => sum + (fault.kind === 'slow' ? (fault.delay ?? 0) : 0), 0);
}

export function controlFor(topic: Topic, wish: Wish, id: number): Control {
  if (topic === 'clock') return { type: 'clock', msg_id: id, faults: [...wish.clock] };
  return { type: 'disk', msg_id: id, slow: slowedBy(wish), full: has(wish, 'full'), readOnly: has(wish, 'read-only') };
}
