// The cluster of a plan, as its deployment provides it.
import type { Cluster, NodeEvent } from '../contracts/cluster.js';
import type { Clock } from '../contracts/time.js';
import type { Plan } from '../plan/plan.js';
import { createRandom } from '../time/random.js';

/** Maelstrom's services, offered to programs of users. */
const SERVICES = ['seq-kv', 'lin-kv', 'lww-kv', 'lin-tso'];

export interface ProvisionSettings {
  /** Folder for the nodes' logs and data; null: keep nothing on disk. */
  folder: string | null;
  event: (event: NodeEvent) => void;
  keep: boolean;
  /** A line for the person who waits. */
  say?: (line: string) => void;
  /** A host was lost for good. */
  fail?: (error: unknown) => void;
}

export function provision(plan: Plan, clock: Clock, settings: ProvisionSettings): Promise<Cluster> {
  const { deploy, system, nodes, spares, seed, logMessages } = plan;
  return deploy.definition.provision({
    options: deploy.options,
    nodes,
    spares,
    system: system.definition,
    source: system.source,
    systemOptions: system.options,
    clock,
    random: createRandom(seed, 'deploy'),
    services: system.definition.program === undefined ? [] : SERVICES,
    logMessages,
    needs: plan.needs,
    ...settings,
  });
}
