// Whether an order respects real time.
import type { Operations } from '../prepare/partition.js';

/** No operation comes after one that was invoked after its return. */
export function respectsRealTime({ call, ret }: Operations, order: Int32Array): boolean {
  let latest = -1;
  for (const i of order) {
    if (ret[i]! < latest) return false;
    latest = Math.max(latest, call[i]!);
  }
  return true;
}
