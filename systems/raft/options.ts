// What a plan may say about Raft: options with their defaults, planted bugs, and the settings the protocol runs with.
import { option } from '../../framework/contracts/options.js';
import type { PlantedBug } from '../../framework/contracts/system.js';

export const options = {
  reads: option.choice(
    'How a read becomes linearizable: `read-index` asks a majority whether the leader still leads, `lease` trusts clocks for a while, `log` sends the read through the log.',
    ['read-index', 'lease', 'log'],
    'read-index',
  ),
  forward: option.flag('Followers pass requests on to the leader; otherwise they answer error 11 and name it.', true),
  heartbeat: option.duration('How often the leader shows that it lives.', '50ms'),
  'election-timeout': option.duration(
    'Silence of the leader after which a node seeks election, at the earliest; each wait is drawn from this to twice this.',
    '300ms',
  ),
  'max-drift': option.percent(
    'How much faster or slower than true time a clock may run, as a factor; leases are shorter for it and safe within it.',
    '20%',
  ),
  'snapshot-every': option.integer('Log entries applied between two snapshots.', 500, { minimum: 1 }),
  'snapshot-chunk': option.integer('Items (keys, sessions) in one message of a snapshot transfer.', 256, {
    minimum: 1,
  }),
  'max-batch': option.integer('Log entries in one message, at most.', 512, { minimum: 1 }),
  cluster: option.text(
    'The name of the cluster: whoever asks for members of a cluster of another name, or speaks for it, is refused.',
    'chaos',
  ),
  'max-sessions': option.integer(
    'Clients whose last request is remembered; the longest idle ones are forgotten.',
    2000,
    {
      minimum: 1,
    },
  ),
} as const;

export const bugs = {
  'stale-reads': {
    summary: 'every node answers reads from its own state at once, without asking whether it is up to date',
    anomalies: ['stale-read', 'lost-write', 'new-old-inversion', 'not-linearizable'],
  },
  'ack-before-commit': {
    summary: 'the leader acknowledges a write when it is in its own log, before a majority has it',
    anomalies: ['stale-read', 'lost-write', 'new-old-inversion', 'not-linearizable'],
  },
  'forget-vote': {
    summary: 'term and vote are kept in memory only: a node that restarts may vote twice in one term',
    anomalies: ['split-brain', 'stale-read', 'lost-write', 'lost-update', 'new-old-inversion', 'not-linearizable'],
  },
  'commit-old-term': {
    summary:
      'a leader takes an entry of an earlier term as committed once a majority has it (figure 8 of the paper), and so sees no need for an entry of its own term',
    anomalies: ['lost-write', 'stale-read', 'lost-update', 'new-old-inversion', 'not-linearizable'],
    rare: 'it takes two leaders that fail in turn, each with an entry that nobody else has when the other begins to lead',
  },
  'no-sync': {
    summary: 'nodes answer before what they promise is on disk, and never sync: a crash loses it',
    anomalies: [
      'lost-write',
      'stale-read',
      'split-brain',
      'lost-update',
      'aborted-read',
      'new-old-inversion',
      'not-linearizable',
    ],
  },
  'lease-ignores-drift': {
    summary:
      'a lease lasts the whole election timeout, without a margin for clocks that run fast or slow (needs reads: lease)',
    anomalies: ['stale-read', 'new-old-inversion', 'not-linearizable'],
    rare: 'a slow leader must be cut off from followers that are fast, and be read in the moment before it gives up',
  },
  'split-snapshot': {
    summary: 'a snapshot is copied early and labelled late: it misses the latest entries that it claims to cover',
    anomalies: ['stale-read', 'lost-write', 'lost-update', 'aborted-read', 'new-old-inversion', 'not-linearizable'],
  },
  'single-step-change': {
    summary:
      'members change in one step, without the joint phase: majorities of the old and of the new members may have nobody in common',
    anomalies: [
      'stale-read',
      'lost-write',
      'split-brain',
      'lost-update',
      'aborted-read',
      'new-old-inversion',
      'not-linearizable',
    ],
  },
} as const satisfies Record<string, PlantedBug>;

export type Bug = keyof typeof bugs | 'none';

/** Options as a plan resolves them: durations in milliseconds, percentages as fractions. */
export interface RaftOptions {
  reads: 'read-index' | 'lease' | 'log';
  forward: boolean;
  heartbeat: number;
  'election-timeout': number;
  'max-drift': number;
  'snapshot-every': number;
  'snapshot-chunk': number;
  'max-batch': number;
  cluster: string;
  'max-sessions': number;
  bug: Bug;
}

/**
 * How long a majority's word counts, in milliseconds on the leader's clock. A follower keeps its vote for `election-timeout`
 * on its own clock, which may run fast while the leader's runs slow (section 6.4.1 of the thesis).
 */
export function leaseLength({ 'election-timeout': timeout, 'max-drift': drift, bug }: RaftOptions): number {
  return bug === 'lease-ignores-drift' ? timeout : timeout / (1 + drift) ** 2;
}

/** What the schema cannot say. */
export function validate(o: RaftOptions): string[] {
  const problems: string[] = [];
  if (o.heartbeat <= 0) problems.push('heartbeat must be longer than 0ms');
  if (o.cluster === '') problems.push('cluster: a name must not be empty');
  if (o['election-timeout'] < 2 * o.heartbeat) problems.push('election-timeout must be at least twice the heartbeat');
  if (o.bug === 'lease-ignores-drift' && o.reads !== 'lease')
    problems.push('bug: lease-ignores-drift needs reads: lease');
  return problems;
}
