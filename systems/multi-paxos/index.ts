// The reference system for Paxos with a leader: a key-value store on a log whose slots are chosen one by one.
import { defineSystem } from '../../framework/contracts/define.js';
import { bugs, options, type PaxosOptions, validate } from './options.js';
import { Server } from './server.js';

export default defineSystem<PaxosOptions>({
  name: 'multi-paxos',
  summary:
    'A key-value store replicated by Multi-Paxos: ballots, a distinguished proposer, no-ops in gaps, checkpoints, linearizable reads.',
  family: 'single-leader',
  guarantees: 'linearizable while a majority of disks keep what they synced; no clock is trusted',
  survives:
    'partitions of every shape; kills of any nodes, the leader and all at once included; pauses; lost, delayed, duplicated and reordered messages; clocks; disks at a minority',
  workloads: ['register'],
  options,
  bugs,
  reports: true,
  nodes: (env, values) => new Server(env, values),
  validate,
});
