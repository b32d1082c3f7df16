// The events of a partition in order, without sorting: stamps are dense.
import { int32 } from '../../shared/columns.js';
import { NEVER, type Partition } from '../prepare/partition.js';

/** Per stamp: index of the operation that is invoked there, or `~index` of the one that returns there. */
export function timelineOf({ count, call, ret, events }: Partition): Int32Array {
  const timeline = int32(events);
  for (let i = 0; i < count; i++) {
    timeline[call[i]!] = i;
    if (ret[i] !== NEVER) timeline[ret[i]!] = ~i;
  }
  return timeline;
}
