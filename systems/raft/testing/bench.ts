// For tests: Raft in a simulated cluster, its laws checked after every step.
import { benchOf, type StoreBench } from '../../shared/testing/store-bench.js';
import type { RaftOptions } from '../options.js';
import type { Raft } from '../raft.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: RaftOptions = {
  reads: 'read-index',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  'max-drift': 0.2,
  'snapshot-every': 500,
  'snapshot-chunk': 256,
  'max-batch': 512,
  cluster: 'chaos',
  'max-sessions': 2000,
  bug: 'none',
};

export type Bench = StoreBench<Raft, Laws>;

export const bench = benchOf<Raft, RaftOptions, Laws>({
  server: (env, options) => new Server(env, options),
  defaults: DEFAULTS,
  laws: () => new Laws(),
  serves: ({ configuration, commit, replication }, followers) =>
    followers > configuration.members.length / 2 && commit >= replication.floor,
  volatile: ({ bug }) => bug === 'no-sync',
});
