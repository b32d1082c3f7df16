// A load that each reference system serves, for measurements that compare them.
import type { AnySystem } from '../framework/contracts/system.js';

/** Options of workloads with which every system that offers them can serve all they ask for. */
const OPTIONS: Readonly<Record<string, object>> = { register: { mix: { read: 1, write: 1 } } };
/** Of systems that promise less than the workload's own checks ask for. */
const CHECKS: Readonly<Record<string, readonly object[]>> = {
  dynamo: [{ sessions: { guarantees: ['read-your-writes', 'monotonic-writes'] } }, { durability: {} }],
};

export interface SystemLoad {
  use: string;
  with: object;
}

/** The first workload that a system offers. */
export function loadOf({ workloads }: AnySystem): SystemLoad {
  const [use = ''] = workloads;
  return { use, with: OPTIONS[use] ?? {} };
}

/** The line of a plan that asks for what the system promises; empty where the workload asks for it. */
export function checksOf({ name }: AnySystem): string {
  const checks = CHECKS[name];
  return checks === undefined ? '' : `checks: ${JSON.stringify(checks)}`;
}
