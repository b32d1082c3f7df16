// For tests: primary-backup in a simulated cluster, its laws checked after every step.
import { benchOf, type StoreBench } from '../../shared/testing/store-bench.js';
import type { PrimaryBackup } from '../node.js';
import type { PrimaryBackupOptions } from '../options.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: PrimaryBackupOptions = {
  mode: 'semi-sync',
  acks: 0,
  election: 'majority',
  fencing: true,
  reads: 'primary',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  'drop-after': 300,
  'snapshot-every': 500,
  'snapshot-chunk': 256,
  'max-batch': 512,
  'max-sessions': 2000,
  bug: 'none',
};

export type Bench = StoreBench<PrimaryBackup, Laws>;

export const bench = benchOf<PrimaryBackup, PrimaryBackupOptions, Laws>({
  server: (env, options) => new Server(env, options),
  defaults: DEFAULTS,
  laws: () => new Laws(),
  serves: ({ env, commit, primary }, followers) => followers > env.nodes.length / 2 && commit >= primary.floor,
});
