// The reference system that agrees on nothing and converges all the same: gossip, SWIM membership, CRDTs.
import { defineSystem } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { GossipNode } from './node.js';
import { type GossipOptions, MODES, problems, STATES } from './options.js';

export default defineSystem<GossipOptions>({
  name: 'gossip',
  summary: 'Leaderless gossip: CRDTs spread by push, pull or both, members and failures found out in the SWIM manner.',
  family: 'leaderless',
  guarantees:
    'Every node answers from its own state, at once; what was acknowledged reaches all members in the end, and they agree.',
  survives:
    'partitions of every shape, crashes of all nodes, pauses, bad networks, skewed clocks, disks that lose, tear, stall or fill, members that join and leave',
  workloads: ['g-set', 'counter', 'or-set', 'register'],
  options: {
    state: option.choice(
      'The replicated data type. It decides the workload: g-set, counter (pn-counter), or-set (and g-set), register (lww-register, no cas); others are refused with error 10.',
      STATES,
      'g-set',
    ),
    cluster: option.text('The name of the cluster; requests that name another are refused.', 'gossip'),
    dissemination: option.choice(
      'Whether a round sends what others lack, asks for what it lacks, or both.',
      MODES,
      'push-pull',
    ),
    'gossip-period': option.duration('Time between two rounds of a node.', '200ms'),
    fanout: option.integer('Nodes that a round talks to.', 1, { minimum: 1 }),
    'probe-period': option.duration('Time between two probes of a node.', '200ms'),
    'ping-timeout': option.duration('How long a probe waits before helpers are asked to try.', '60ms'),
    helpers: option.integer('Nodes that are asked to probe on behalf of one.', 2, { minimum: 0 }),
    suspicion: option.integer('Probe periods from suspicion to death.', 5, { minimum: 1 }),
    stamps: option.choice(
      "Of lww-register: `hybrid`: a write is stamped by the node's clock, but after what the node has seen of the key; `wall`: by the clock alone.",
      ['hybrid', 'wall'],
      'hybrid',
    ),
    history: option.integer('Updates of each node kept to send to others; who lacks older ones gets the state.', 1000, {
      minimum: 1,
    }),
    'compact-after': option.integer(
      'Records in the log, beyond the size of the state, before it becomes a snapshot.',
      1000,
      {
        minimum: 1,
      },
    ),
    'give-up': option.duration('How long a change of members may take before it is refused with error 11.', '1500ms'),
  },
  bugs: {
    'drop-tombstone': {
      summary: 'removals are forgotten before everybody has them: a removed element comes back (needs state: or-set)',
      anomalies: ['resurrected-element', 'divergence'],
    },
    'ignore-incarnation': {
      summary: 'an old rumour of death overrides its refutation: a live node stays dead for ever and hears nothing',
      anomalies: ['divergence', 'membership-divergence', 'lost-element'],
    },
    'join-without-state': {
      summary:
        'a node that joins late is sent no state, yet takes itself for up to date: what it never got, it never gets',
      anomalies: ['lost-element', 'stale-read', 'divergence', 'resurrected-element'],
    },
  },
  weaknesses: {
    'stale-reads': {
      summary: 'reads answer from the state at hand: another node may have newer values',
      anomalies: ['stale-read', 'not-linearizable'],
      options: { state: 'lww-register' },
    },
    'lost-writes': {
      summary: 'of two writes at the same time one disappears, and under clock skew also of two one after the other',
      anomalies: ['lost-write', 'stale-read', 'not-linearizable'],
      options: { state: 'lww-register', stamps: 'wall' },
    },
  },
  reports: false,
  nodes: (env, options) => new GossipNode(env, options),
  membership: {
    change: (join, leave, { cluster }) => ({ type: 'change', join: [...join], leave: [...leave], cluster }),
  },
  validate: problems,
});
