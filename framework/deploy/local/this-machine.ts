// The cluster of hosts with this machine as the only one: for nodes that speak TCP, and for programs run by commands.
import type { ProvisionContext } from '../../contracts/deployment.js';
import type { Milliseconds } from '../../contracts/time.js';
import { RemoteCluster } from '../remote/cluster.js';
import { LocalSource } from './source.js';
import { temporaryFolder } from './workspace.js';

/** Should this process die, what it has started ends so much later. */
const BOUND: Milliseconds = 10_000;

export function onThisMachine(context: ProvisionContext<unknown>): RemoteCluster {
  const workspace = temporaryFolder('chaos-');
  return new RemoteCluster(context, {
    source: new LocalSource(() => workspace.make()),
    workspace: workspace.path,
    port: null,
    bound: BOUND,
    inspect: async (hosts) => new Map(hosts.map((host) => [host, { interpreter: [process.execPath], root: false }])),
    release: async () => workspace.remove(),
  });
}
