// How much memory a check may take: what the machine, the container and Node's own heap leave, with room for the rest.
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** Of what is left, so much: tables are not all that a check needs, and others live on the machine, too. */
const SHARE = 0.5;

/** Bytes; a whole number, at least 0. */
export function memoryForChecks(): number {
  // Without a limit it is 0, or more than any machine has.
  const container = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const left = Math.min(totalmem(), container) - process.memoryUsage.rss();
  // States of models live on the heap.
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return Math.max(0, Math.floor(Math.min(left, limit - used) * SHARE));
}
