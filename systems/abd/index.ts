// The leaderless reference system: an atomic register for each key, held by majorities.
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { AbdNode, type AbdOptions } from './node.js';
import { MOST_NODES } from './operation.js';

export default defineSystem<AbdOptions>({
  name: 'abd',
  summary: 'Leaderless majority register of Attiya, Bar-Noy and Dolev with many writers: read and write, no cas.',
  family: 'leaderless',
  guarantees:
    'Linearizable reads and writes of each key, available wherever a majority is in touch; no clock is trusted.',
  survives:
    'partitions of every shape, kills of any number of nodes, pauses, messages lost, late, twice and out of order, clocks, bad disks at a minority',
  workloads: ['register'],
  options: {
    resend: option.duration(
      'Pause before a coordinator asks those again who have not answered; it doubles, up to eightfold.',
      '100ms',
    ),
    'give-up': option.duration('How long a coordinator tries before it answers with error 0 (timeout).', '5s'),
    'fast-reads': option.flag('A read skips the write-back when a majority is known to hold what it returns.', true),
    'compact-after': option.integer('Superseded log records before the log becomes a snapshot.', 1000, { minimum: 1 }),
  },
  bugs: {
    'no-write-back': {
      summary: 'reads answer without writing back: a later read may return an older value (new-old inversion)',
      anomalies: ['new-old-inversion', 'stale-read', 'not-linearizable'],
    },
    'minority-quorum': {
      summary: 'the largest minority counts as a quorum: two quorums may have no node in common',
      anomalies: ['stale-read', 'lost-write', 'new-old-inversion', 'not-linearizable'],
    },
  },
  nodes: (env, options) => new AbdNode(env, options),
  validate: (options, nodes) => [
    ...(nodes > MOST_NODES ? [`abd has at most ${MOST_NODES} nodes`] : []),
    ...(options.resend > 0 ? [] : ['resend must be longer than 0ms']),
  ],
});
