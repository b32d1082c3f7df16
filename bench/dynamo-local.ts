// How many operations a second three nodes of Dynamo carry as real processes: two of three copies, every node coordinates.
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

export function rows(): Promise<BenchRow[]> {
  return storeRows({
    name: 'three Dynamo nodes, two of three copies',
    system: 'dynamo',
    options: { n: 3, r: 2, w: 2 },
    checks: [{ sessions: { guarantees: ['read-your-writes', 'monotonic-writes'] } }],
    target: 15_000,
  });
}
