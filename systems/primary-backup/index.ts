// The oldest single-leader design: a primary ships its log to backups, and one of them takes over when it falls silent.
import { defineSystem } from '../../framework/contracts/define.js';
import { bugs, options, type PrimaryBackupOptions, validate, weaknesses } from './options.js';
import { Server } from './server.js';

export default defineSystem<PrimaryBackupOptions>({
  name: 'primary-backup',
  summary:
    'A key-value store whose primary ships its log to backups: sync, semi-sync or async, with failover by heartbeat and fencing.',
  family: 'single-leader',
  guarantees:
    'linearizable by default and with mode: sync; async, too few acks, no fencing, backup reads and highest-id each give up some of it',
  survives:
    'partitions, crashes of any number of nodes, pauses, lost, late and repeated messages, clocks, bad disks of a minority',
  workloads: ['register'],
  options,
  bugs,
  weaknesses,
  reports: true,
  nodes: (env, values) => new Server(env, values),
  validate,
});
