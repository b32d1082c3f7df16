// What a plan may say about Zab: options with their defaults, planted bugs, weaknesses, and the settings it runs with.
import { option } from '../../framework/contracts/options.js';
import type { PlantedBug, Weakness } from '../../framework/contracts/system.js';

export const options = {
  reads: option.choice(
    'What comes before a read: `sync`, which makes it linearizable, or nothing: `local` reads answer from the state at hand, however old.',
    ['sync', 'local'],
    'sync',
  ),
  heartbeat: option.duration(
    'How often the leader pings its followers, and everybody looks at what is overdue.',
    '50ms',
  ),
  'sync-limit': option.duration(
    'Silence after which a follower gives up its leader, and a leader a follower; without a majority it gives up leading.',
    '300ms',
  ),
  'init-limit': option.duration(
    'How long a new leader may take until a majority follows it, and how long a follower waits for word from a leader before it serves.',
    '800ms',
  ),
  'finalize-wait': option.duration('How long an election waits for a better vote once a majority agrees.', '30ms'),
  'snapshot-every': option.integer('Transactions delivered between two snapshots.', 500, { minimum: 1 }),
  chunk: option.integer('Items of a snapshot, or transactions, in one part of a synchronization.', 256, { minimum: 1 }),
  'max-sessions': option.integer(
    'Clients whose last request is remembered; the longest idle ones are forgotten.',
    2000,
    { minimum: 1 },
  ),
} as const;

export const bugs = {
  'skip-sync-phase': {
    summary:
      'a new leader goes straight to broadcast: followers keep their own histories, with gaps and with proposals that were given up',
    anomalies: ['stale-read', 'lost-write', 'lost-update', 'aborted-read', 'new-old-inversion', 'not-linearizable'],
  },
  'reuse-epoch': {
    summary:
      'a new leader proposes in the latest epoch that it has heard of instead of one above it: two proposals share a zxid, and histories that differ look the same',
    anomalies: [
      'split-brain',
      'lost-write',
      'stale-read',
      'lost-update',
      'aborted-read',
      'new-old-inversion',
      'not-linearizable',
    ],
  },
} as const satisfies Record<string, PlantedBug>;

export const weaknesses = {
  'stale-local-reads': {
    summary:
      'reads without sync are stale wherever a node lags behind; each client still sees its own writes and never goes back, as long as it stays with its node',
    anomalies: ['stale-read', 'lost-write', 'new-old-inversion', 'not-linearizable'],
    options: { reads: 'local' },
  },
} as const satisfies Record<string, Weakness>;

export type Bug = keyof typeof bugs | 'none';

/** Options as a plan resolves them: durations in milliseconds. */
export interface ZabOptions {
  reads: 'sync' | 'local';
  heartbeat: number;
  'sync-limit': number;
  'init-limit': number;
  'finalize-wait': number;
  'snapshot-every': number;
  chunk: number;
  'max-sessions': number;
  bug: Bug;
}

/** What the schema cannot say. */
export function validate(o: ZabOptions): string[] {
  const problems: string[] = [];
  if (o.heartbeat <= 0) problems.push('heartbeat must be longer than 0ms');
  if (o['sync-limit'] < 2 * o.heartbeat) problems.push('sync-limit must be at least twice the heartbeat');
  if (o['init-limit'] < o['sync-limit']) problems.push('init-limit must be at least the sync-limit');
  if (o['init-limit'] <= o['finalize-wait']) problems.push('init-limit must be longer than the finalize-wait');
  return problems;
}
