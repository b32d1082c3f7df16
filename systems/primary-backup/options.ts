// What a plan may say about primary-backup: options with their defaults, planted bugs, and what the design cannot promise.
import { option } from '../../framework/contracts/options.js';
import type { PlantedBug, Weakness } from '../../framework/contracts/system.js';
import { MOST_VOTERS } from '../shared/quorum.js';

export const options = {
  mode: option.choice(
    'When a write is acknowledged: `sync` when every live backup has it on disk, `semi-sync` when `acks` of them have, `async` when the primary has.',
    ['sync', 'semi-sync', 'async'],
    'semi-sync',
  ),
  acks: option.integer(
    'Backups that must have a write, for semi-sync; 0: as many as make a majority together with the primary.',
    0,
    { minimum: 0 },
  ),
  election: option.choice(
    'Who follows a primary that is silent: `majority`, whom most nodes vote for; `priority`, the same, but nodes stand in the order of their names; `highest-id`, the highest random id in reach, without a majority.',
    ['majority', 'priority', 'highest-id'],
    'majority',
  ),
  fencing: option.flag(
    'Backups refuse the primary of an older epoch, and a primary that reaches no majority gives up.',
    true,
  ),
  reads: option.choice(
    'Who answers reads: `primary`, once others confirm that it still is; `backup`, every node from its own state.',
    ['primary', 'backup'],
    'primary',
  ),
  forward: option.flag('Backups pass requests on to the primary; otherwise they answer error 11 and name it.', true),
  heartbeat: option.duration('How often the primary shows that it lives.', '50ms'),
  'election-timeout': option.duration(
    'Silence of the primary after which a backup seeks election, at the earliest.',
    '300ms',
  ),
  'drop-after': option.duration('Silence after which a backup does not count as live, for sync.', '300ms'),
  'snapshot-every': option.integer('Log entries applied between two snapshots.', 500, { minimum: 1 }),
  'snapshot-chunk': option.integer('Items (keys, sessions) in one message of a snapshot transfer.', 256, {
    minimum: 1,
  }),
  'max-batch': option.integer('Log entries in one message, at most.', 512, { minimum: 1 }),
  'max-sessions': option.integer(
    'Clients whose last request is remembered; the longest idle ones are forgotten.',
    2000,
    { minimum: 1 },
  ),
} as const;

export const bugs = {
  'no-fencing': {
    summary: 'a primary of an older epoch does not give up, and backups still take and acknowledge what it ships',
    anomalies: ['lost-write', 'stale-read', 'lost-update', 'new-old-inversion', 'aborted-read', 'not-linearizable'],
  },
  'stale-catch-up': {
    summary: 'a backup that catches up by a snapshot takes it for the whole log up to the end that the primary names',
    anomalies: ['stale-read', 'lost-write', 'lost-update', 'new-old-inversion', 'aborted-read', 'not-linearizable'],
  },
  'ack-before-ship': {
    summary: 'the primary acknowledges a write when it is on its own disk, in a mode that promises backups',
    anomalies: ['lost-write', 'stale-read', 'new-old-inversion', 'not-linearizable'],
  },
} as const satisfies Record<string, PlantedBug>;

export const weaknesses = {
  'async-loses-writes': {
    summary: 'asynchronous shipping: a failover loses writes that were acknowledged and not yet shipped',
    anomalies: ['lost-write'],
    options: { mode: 'async' },
  },
  'stale-backup-reads': {
    summary: 'reads from backups return what the backup has, which may be long overwritten',
    anomalies: ['stale-read'],
    options: { reads: 'backup' },
  },
  'split-brain': {
    summary: 'an election without a majority makes a primary on each side of a partition',
    anomalies: ['split-brain', 'lost-write', 'stale-read'],
    options: { mode: 'sync', election: 'highest-id' },
  },
} as const satisfies Record<string, Weakness>;

export type Bug = keyof typeof bugs | 'none';

/** Options as a plan resolves them: durations in milliseconds. */
export interface PrimaryBackupOptions {
  mode: 'sync' | 'semi-sync' | 'async';
  acks: number;
  election: 'majority' | 'priority' | 'highest-id';
  fencing: boolean;
  reads: 'primary' | 'backup';
  forward: boolean;
  heartbeat: number;
  'election-timeout': number;
  'drop-after': number;
  'snapshot-every': number;
  'snapshot-chunk': number;
  'max-batch': number;
  'max-sessions': number;
  bug: Bug;
}

/** Whether a new primary needs the votes of a majority. */
export const byMajority = ({ election }: PrimaryBackupOptions): boolean => election !== 'highest-id';

/** Whether older epochs are refused, bugs considered. */
export const isFenced = ({ fencing, bug }: PrimaryBackupOptions): boolean => fencing && bug !== 'no-fencing';

/** What the schema cannot say. */
export function validate(o: PrimaryBackupOptions, nodes: number): string[] {
  const { mode, acks, election, heartbeat, bug } = o;
  const problems: string[] = [];
  const forbid = (wrong: boolean, sentence: string) => {
    if (wrong) problems.push(sentence);
  };
  forbid(nodes > MOST_VOTERS, `primary-backup has at most ${MOST_VOTERS} nodes`);
  forbid(
    acks >= nodes && acks > 0,
    `acks: ${acks} is more than the ${nodes - 1} backups of ${nodes} nodes: the primary does not count as one`,
  );
  forbid(acks > 0 && mode !== 'semi-sync', `acks is for mode: semi-sync; mode: ${mode} has its own rule`);
  forbid(
    byMajority(o) && nodes % 2 === 0,
    `election: ${election} with ${nodes} voters survives no more failures than with ${nodes - 1}: take an odd number of nodes`,
  );
  forbid(heartbeat <= 0, 'heartbeat must be longer than 0ms');
  forbid(o['election-timeout'] < 2 * heartbeat, 'election-timeout must be at least twice the heartbeat');
  forbid(mode === 'sync' && o['drop-after'] < 2 * heartbeat, 'drop-after must be at least twice the heartbeat');
  forbid(bug === 'no-fencing' && !o.fencing, 'bug: no-fencing needs fencing: true, or there is nothing to break');
  forbid(bug === 'ack-before-ship' && mode === 'async', 'bug: ack-before-ship needs a mode other than async');
  return problems;
}
