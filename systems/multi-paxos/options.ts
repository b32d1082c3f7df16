// What a plan may say about Multi-Paxos: options with their defaults, planted bugs, and the settings the protocol runs with.
import { option } from '../../framework/contracts/options.js';
import type { PlantedBug } from '../../framework/contracts/system.js';
import { MOST_VOTERS } from '../shared/quorum.js';

export const options = {
  reads: option.choice(
    'How a read becomes linearizable: `confirm` asks a majority whether the leader’s ballot still stands, `log` sends the read through the log.',
    ['confirm', 'log'],
    'confirm',
  ),
  forward: option.flag(
    'Nodes that do not lead pass requests on to the leader; otherwise they answer error 11 and name it.',
    true,
  ),
  heartbeat: option.duration(
    'How often the leader shows that it lives, and sends again what was not answered.',
    '50ms',
  ),
  'election-timeout': option.duration(
    'Silence of the leader after which a node prepares a ballot of its own, at the earliest; each wait is drawn from this to twice this, and from a wider range after every attempt in vain.',
    '300ms',
  ),
  window: option.integer('Slots that may be proposed beyond the last one that is chosen with all before it.', 256, {
    minimum: 1,
  }),
  'max-batch': option.integer('Slots in one message, at most.', 512, { minimum: 1 }),
  'checkpoint-every': option.integer('Slots applied between two checkpoints.', 500, { minimum: 1 }),
  'checkpoint-chunk': option.integer('Items (keys, sessions) in one message of a checkpoint transfer.', 256, {
    minimum: 1,
  }),
  'max-sessions': option.integer(
    'Clients whose last request is remembered; the longest idle ones are forgotten.',
    2000,
    { minimum: 1 },
  ),
} as const;

const WRONG = [
  'stale-read',
  'lost-write',
  'lost-update',
  'aborted-read',
  'new-old-inversion',
  'not-linearizable',
] as const;

export const bugs = {
  'forget-promise': {
    summary: 'the promise is kept in memory only: an acceptor that restarts accepts values of a lower ballot',
    anomalies: WRONG,
  },
  'accept-lower-ballot': {
    summary: 'an acceptor accepts whatever it is asked to, though it has promised a higher ballot',
    anomalies: WRONG,
  },
  'choose-own-value': {
    summary:
      'a new leader proposes what it has accepted itself, or a no-op, instead of the value of the highest ballot in its promises',
    anomalies: WRONG,
  },
} as const satisfies Record<string, PlantedBug>;

export type Bug = keyof typeof bugs | 'none';

/** Options as a plan resolves them: durations in milliseconds. */
export interface PaxosOptions {
  reads: 'confirm' | 'log';
  forward: boolean;
  heartbeat: number;
  'election-timeout': number;
  window: number;
  'max-batch': number;
  'checkpoint-every': number;
  'checkpoint-chunk': number;
  'max-sessions': number;
  bug: Bug;
}

/** What the schema cannot say. */
export function validate(o: PaxosOptions, nodes: number): string[] {
  const problems: string[] = [];
  if (nodes > MOST_VOTERS) problems.push(`multi-paxos has at most ${MOST_VOTERS} nodes`);
  if (o.heartbeat <= 0) problems.push('heartbeat must be longer than 0ms');
  if (o['election-timeout'] < 2 * o.heartbeat) problems.push('election-timeout must be at least twice the heartbeat');
  return problems;
}
