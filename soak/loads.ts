// A load that each reference system serves, for measurements that compare them.
import type { AnySystem } from '../framework/contracts/system.js';

/** Options of workloads with which every system that offers them can serve all they ask for. */
const OPTIONS: Readonly<Record<string, object>> = { register: { mix: { read: 1, write: 1 } } };

/** The first workload that a system offers. */
export function loadOf({ workloads }: AnySystem): { use: string; with: object } {
  const [use = ''] = workloads;
  return { use, with: OPTIONS[use] ?? {} };
}
