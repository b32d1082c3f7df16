// The leaderless store of Amazon's shopping carts: always writable where asked to be, and consistent some time later.
import { defineSystem } from '../../framework/contracts/define.js';
import { DynamoNode } from './node.js';
import { type DynamoOptions, OPTIONS, problems } from './options.js';

export default defineSystem<DynamoOptions>({
  name: 'dynamo',
  summary:
    'Dynamo: consistent hashing, N copies, quorums of R and W, siblings, read repair, hinted handoff, anti-entropy.',
  family: 'leaderless',
  guarantees:
    'No acknowledged add to a set is lost and all replicas converge; with strict quorums and R + W > N a read shows a value at least as new as every write acknowledged before it began (read-your-writes, monotonic-writes).',
  survives:
    'Partitions, crashes and restarts of any nodes, pauses, lost, repeated, delayed and reordered messages, clocks that jump or drift, disks that lose what was not synced; members that join and leave (sets; registers may read old values meanwhile).',
  workloads: ['register', 'g-set'],
  options: OPTIONS,
  bugs: {
    'no-read-repair': {
      summary: 'a read leaves nodes that answered with an old version as they are: replicas stay different',
      anomalies: ['divergence'],
    },
    'drop-hint': {
      summary: 'whoever stands in for a home node acknowledges the write and keeps nothing',
      anomalies: ['lost-element'],
    },
    'wrong-merge': {
      summary: 'of two concurrent versions the one with the longer past replaces the other',
      anomalies: ['lost-element'],
    },
    'forget-before-handover': {
      summary: 'who is no longer a home node of a key forgets it at once, before the new home nodes have it',
      anomalies: ['lost-write', 'lost-element'],
    },
  },
  weaknesses: {
    'not-linearizable': {
      summary:
        'R + W > N alone is not linearizable: a read may show a write that is under way, and a later one not yet',
      anomalies: ['new-old-inversion', 'stale-read', 'not-linearizable'],
    },
    'sloppy-quorum': {
      summary: 'stand-ins and home nodes need not meet: a process may not read what it has written',
      anomalies: ['read-your-writes'],
      options: { quorum: 'sloppy' },
    },
    'last-writer-wins': {
      summary: 'a write by a clock that is behind is acknowledged and loses against an earlier one',
      anomalies: ['read-your-writes', 'lost-write'],
      options: { versions: 'last-writer' },
    },
  },
  nodes: (env, options) => new DynamoNode(env, options),
  membership: {
    change: (join, leave, { cluster }) => ({ type: 'change', join: [...join], leave: [...leave], cluster }),
  },
  validate: problems,
});
