// ZooKeeper's atomic broadcast as a reference system: a key-value store that a primary of its epoch keeps in step.
import { defineSystem } from '../../framework/contracts/define.js';
import { bugs, options, validate, weaknesses, type ZabOptions } from './options.js';
import { Server } from './server.js';

export default defineSystem<ZabOptions>({
  name: 'zab',
  summary: "A key-value store on ZooKeeper's atomic broadcast: epochs, discovery, synchronization, broadcast.",
  family: 'single-leader',
  guarantees:
    'Linearizable with `reads: sync`; with `reads: local` sequentially consistent for clients that stay with their node.',
  survives:
    'partitions, lost, late, repeated and reordered messages, kills of any number of nodes, pauses, clocks that jump or drift, disks that lose what was not synced',
  workloads: ['register'],
  options,
  bugs,
  weaknesses,
  reports: true,
  nodes: (env, values) => new Server(env, values),
  validate: (values) => validate(values),
});
