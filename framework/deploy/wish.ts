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

export function isFull(wish: Wish): boolean {
  return wish.disk.some((fault) => fault.kind === 'full');
}

export function controlFor(topic: Topic, wish: Wish, id: number): Control {
  if (topic === 'clock') return { type: 'clock', msg_id: id, faults: [...wish.clock] };
  const slow = wish.disk.reduce((sum, fault) => sum + (fault.kind === 'slow' ? (fault.delay ?? 0) : 0), 0);
  return { type: 'disk', msg_id: id, slow, full: isFull(wish) };
}
