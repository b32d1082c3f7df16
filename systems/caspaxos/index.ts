// The leaderless register that can compare and set: CASPaxos, without a log and without a leader.
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { registerOptions, registerProblems } from '../shared/register-options.js';
import { CasPaxosNode, type CasPaxosOptions } from './node.js';

export default defineSystem<CasPaxosOptions>({
  name: 'caspaxos',
  summary: "Rystsov's CASPaxos: registers with read, write and cas, each its own Paxos instance; no leader, no log.",
  family: 'leaderless',
  guarantees: 'Linearizable reads, writes and cas of each key, available wherever a majority is in touch.',
  survives:
    'partitions of every shape, crashes of any number of nodes (a majority must come back), pauses, a lossy network, clocks that jump or drift, bad disks at a minority',
  workloads: ['register'],
  options: {
    ...registerOptions,
    'one-round-trip': option.flag(
      'Whoever accepts also promises the next ballot, so that the next change by the same node needs no prepare.',
      true,
    ),
  },
  bugs: {
    'forget-accepted': {
      summary: 'what an acceptor has accepted is kept in memory only, and lost at a restart',
      anomalies: ['stale-read', 'lost-write'],
    },
    'skip-prepare': {
      summary: 'a proposer takes its own state for that of a majority and goes straight to accept',
      anomalies: ['stale-read', 'lost-write', 'lost-update', 'new-old-inversion', 'not-linearizable'],
    },
  },
  nodes: (env, options) => new CasPaxosNode(env, options),
  validate: (options, nodes) => registerProblems('caspaxos', options, nodes),
});
