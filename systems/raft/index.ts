// The reference single-leader system: a key-value store replicated by the whole of Raft.
import { defineSystem } from '../../framework/contracts/define.js';
import { bugs, options, type RaftOptions, validate } from './options.js';
import { Server } from './server.js';

export default defineSystem<RaftOptions>({
  name: 'raft',
  summary:
    'A key-value store replicated by Raft: elections, log, snapshots, linearizable reads, exactly-once commands, members that change.',
  family: 'single-leader',
  guarantees:
    'linearizable while a majority of disks keep what they synced and, with leases, clocks drift by at most max-drift',
  survives:
    'partitions of every shape, messages lost, late, twice and out of order, pauses, kills of any number of nodes, torn and lost unsynced writes, clocks that jump, members that join and leave',
  workloads: ['register'],
  options,
  bugs,
  reports: true,
  nodes: (env, values) => new Server(env, values),
  membership: {
    change: (join, leave, { cluster }) => ({ type: 'change', join: [...join], leave: [...leave], cluster }),
  },
  volatile: ({ bug }) => bug === 'no-sync',
  validate: (values) => validate(values),
});
