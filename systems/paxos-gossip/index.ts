// Registers decided by quorums and learned by gossip: reads ask a quorum, or are answered from what has arrived.
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { registerOptions, registerProblems } from '../shared/register-options.js';
import { PaxosGossipNode, type PaxosGossipOptions } from './node.js';

export default defineSystem<PaxosGossipOptions>({
  name: 'paxos-gossip',
  summary:
    'Registers with read, write and cas: a Paxos instance for each version, decisions spread by gossip; no leader.',
  family: 'leaderless',
  guarantees:
    'Linearizable reads, writes and cas of each key, available wherever a majority is in touch; with local reads and no partition, reads no older than the gossip takes.',
  survives:
    'partitions of every shape, crashes of any number of nodes (a majority must come back), pauses, a lossy network, clocks that jump or drift, bad disks at a minority',
  workloads: ['register'],
  options: {
    ...registerOptions,
    reads: option.choice(
      '`quorum`: a read asks a majority. `local`: it is answered at once, from what the node has learned, however old.',
      ['quorum', 'local'],
      'quorum',
    ),
    gossip: option.choice(
      'Whether a node tells a peer what is new (`push`), asks what it has missed (`pull`), or both in one exchange.',
      ['push', 'pull', 'push-pull'],
      'push-pull',
    ),
    'gossip-period': option.duration('Pause between two contacts.', '50ms'),
    fanout: option.integer('Peers at each contact.', 1, { minimum: 1 }),
  },
  bugs: {
    'learn-undecided': {
      summary: 'a node takes what it has accepted for decided, and gossips it',
      anomalies: ['aborted-read', 'stale-read', 'lost-update', 'lost-write', 'new-old-inversion', 'not-linearizable'],
    },
  },
  weaknesses: {
    'stale-local-reads': {
      summary:
        'a local read shows what has arrived: for a moment after a write, other nodes still answer the old value',
      anomalies: ['stale-read', 'lost-write', 'new-old-inversion'],
      options: { reads: 'local' },
    },
  },
  nodes: (env, options) => new PaxosGossipNode(env, options),
  validate: (options, nodes) => [
    ...registerProblems('paxos-gossip', options, nodes),
    ...(options['gossip-period'] > 0 ? [] : ['gossip-period must be longer than 0ms']),
    ...(options.fanout < Math.max(2, nodes) ? [] : [`a fanout of ${options.fanout} needs more than ${nodes} nodes`]),
  ],
});
