// The reference single-leader system: a key-value store replicated by the whole of Raft.
import { defineSystem } from '../../framework/contracts/define.js';
import { bugs, options, type RaftOptions, validate } from './options.js';
import { Server } from './server.js';

export default defineSystem<RaftOptions>({
  name: 'raft',
  summary:
    'A key-value store replicated by Raft: elections, log, snapshots, linearizable reads, exactly-once commands.',
  family: 'single-leader',
  guarantees:
    'linearizable while a majority of disks keep what they synced and, with leases, clocks drift by at most max-drift',
  workloads: ['register'],
  options,
  bugs,
  reports: true,
  nodes: (env, values) => new Server(env, values),
  volatile: ({ bug }) => bug === 'no-sync',
  validate: (values) => validate(values),
});
