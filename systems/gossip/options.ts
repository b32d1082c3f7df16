// The options of a gossip node, and what of them cannot go together.

export const STATES = ['g-set', 'pn-counter', 'or-set', 'lww-register'] as const;
export type StateName = (typeof STATES)[number];

export const MODES = ['push', 'pull', 'push-pull'] as const;
export type Mode = (typeof MODES)[number];

/** Durations are milliseconds. */
export interface GossipOptions {
  state: StateName;
  cluster: string;
  dissemination: Mode;
  'gossip-period': number;
  fanout: number;
  'probe-period': number;
  'ping-timeout': number;
  helpers: number;
  suspicion: number;
  stamps: 'hybrid' | 'wall';
  history: number;
  'compact-after': number;
  'give-up': number;
  bug: 'none' | 'drop-tombstone' | 'ignore-incarnation' | 'join-without-state';
}

/** The workload that each state serves. */
const WORKLOAD: Readonly<Record<StateName, string>> = {
  'g-set': 'g-set',
  'pn-counter': 'counter',
  'or-set': 'or-set',
  'lww-register': 'register',
};

/** Sentences on what is wrong; none when all is well. `workload`: the one that the plan asks for, where it is known. */
export function problems(options: GossipOptions, nodes: number, workload = WORKLOAD[options.state]): string[] {
  const found: string[] = [];
  const state = STATES.find((name) => WORKLOAD[name] === workload);
  if (state !== undefined && state !== options.state) {
    found.push(`the workload ${workload} needs state: ${state}, and the state is ${options.state}`);
  }
  if (options.bug === 'drop-tombstone' && options.state !== 'or-set') {
    found.push(`bug drop-tombstone needs state: or-set, since a ${options.state} has no removals to forget`);
  }
  if (options.stamps === 'wall' && options.state !== 'lww-register') {
    found.push(`stamps: wall needs state: lww-register, since a ${options.state} looks at no clock`);
  }
  for (const name of ['gossip-period', 'probe-period', 'ping-timeout', 'give-up'] as const) {
    if (!(options[name] > 0)) found.push(`${name} must be longer than 0ms`);
  }
  if (options['ping-timeout'] >= options['probe-period']) {
    found.push('ping-timeout must be shorter than probe-period, or no helper is ever asked in time');
  }
  if (nodes > 1 && options.fanout >= nodes) {
    found.push(`fanout must be less than the number of nodes: there are ${nodes - 1} others`);
  }
  if (options.cluster === '') found.push('cluster must not be empty');
  return found;
}
