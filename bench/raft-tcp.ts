// How many operations a second a three-node Raft carries whose nodes speak to each other over TCP, as they do on hosts.
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

export async function rows(): Promise<BenchRow[]> {
  return storeRows({
    name: 'three Raft nodes over TCP',
    system: 'raft',
    deploy: { use: 'local', transport: 'tcp' },
    route: 'leader',
    target: 15_000,
    p99: 8,
  });
}
