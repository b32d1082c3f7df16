// What a plan may ask of a node.
import { option } from '../../framework/contracts/options.js';

export interface DynamoOptions {
  n: number;
  r: number;
  w: number;
  quorum: 'strict' | 'sloppy';
  hints: boolean;
  'read-repair': boolean;
  'anti-entropy': 'off' | 'pull' | 'push' | 'push-pull';
  /** Milliseconds. */
  interval: number;
  versions: 'vector-clock' | 'last-writer';
  siblings: 'last-writer' | 'largest';
  'virtual-nodes': number;
  cluster: string;
  /** Milliseconds. */
  resend: number;
  /** Milliseconds. */
  'give-up': number;
  /** Milliseconds. */
  handoff: number;
  'compact-after': number;
  bug: 'none' | 'no-read-repair' | 'drop-hint' | 'wrong-merge' | 'forget-before-handover';
}

/** Sets of nodes are bit masks. */
export const MOST_NODES = 31;

export const OPTIONS = {
  n: option.integer('Nodes that hold each key: the first N on the ring, its home nodes.', 3, { minimum: 1 }),
  r: option.integer('Nodes that a read waits for.', 2, { minimum: 1 }),
  w: option.integer('Nodes that a write waits for.', 2, { minimum: 1 }),
  quorum: option.choice(
    '`strict`: only home nodes count. `sloppy`: the first N reachable nodes on the ring count; who stands in for a home node keeps a hint and delivers it later.',
    ['strict', 'sloppy'],
    'strict',
  ),
  hints: option.flag('Whether writes that a home node missed are kept for it and delivered later.', true),
  'read-repair': option.flag('Whether a read writes the newest version back to nodes that answered with less.', true),
  'anti-entropy': option.choice(
    'How nodes compare their Merkle trees with those of others in the background: fetch what they lack, send what the other lacks, or both.',
    ['off', 'pull', 'push', 'push-pull'],
    'push-pull',
  ),
  interval: option.duration('Pause between two rounds of anti-entropy of one node.', '1s'),
  versions: option.choice(
    '`vector-clock`: concurrent versions are kept side by side and merged. `last-writer`: the version with the latest wall clock wins.',
    ['vector-clock', 'last-writer'],
    'vector-clock',
  ),
  siblings: option.choice(
    'Which one of several concurrent values a register shows: the one with the latest wall clock, or the largest one. A set shows the union.',
    ['last-writer', 'largest'],
    'last-writer',
  ),
  'virtual-nodes': option.integer('Places of each node on the ring.', 16, { minimum: 1, maximum: 1024 }),
  cluster: option.text("The cluster's name: a node joins no other.", 'dynamo'),
  resend: option.duration('Pause before those who have not answered are asked again, or replaced.', '100ms'),
  'give-up': option.duration('How long a coordinator tries.', '1s'),
  handoff: option.duration('Pause between attempts to deliver hints, and to reach nodes that did not answer.', '300ms'),
  'compact-after': option.integer('Superseded log records before the log becomes a snapshot.', 1000, { minimum: 1 }),
} as const;

/** What the schema cannot express. `nodes` is the number of first members. */
export function problems(options: DynamoOptions, nodes: number): string[] {
  const { n, r, w, quorum, hints, versions, bug } = options;
  const byClock = versions === 'last-writer';
  const rules: [boolean, string][] = [
    [n > nodes, `n: ${n} is more than the ${nodes} node${nodes === 1 ? '' : 's'} of the cluster`],
    [r > n, `r: ${r} is more than n: ${n}, the nodes that hold a key`],
    [w > n, `w: ${w} is more than n: ${n}, the nodes that hold a key`],
    [quorum === 'sloppy' && !hints, 'a sloppy quorum without hints would lose what stand-ins hold: set hints: true'],
    [nodes > MOST_NODES, `dynamo has at most ${MOST_NODES} nodes`],
    [options.resend <= 0, 'resend must be longer than 0ms'],
    [options.interval <= 0, 'interval must be longer than 0ms'],
    [options.handoff <= 0, 'handoff must be longer than 0ms'],
    [options['give-up'] < options.resend, 'give-up must not be shorter than resend'],
    [options.cluster === '', 'cluster: a name must not be empty'],
    [
      byClock && options.siblings === 'largest',
      'siblings: largest has nothing to choose from with versions: last-writer',
    ],
    [bug === 'drop-hint' && !hints, 'bug: drop-hint needs hints: true, or there is nothing to break'],
    [bug === 'no-read-repair' && !options['read-repair'], 'bug: no-read-repair needs read-repair: true'],
    [bug === 'wrong-merge' && byClock, 'bug: wrong-merge needs versions: vector-clock'],
  ];
  return rules.flatMap(([broken, sentence]) => (broken ? [sentence] : []));
}
