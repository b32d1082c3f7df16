// What goes wrong with a cluster as a whole: its leaders, its nodes, whether it answers, whether copies agree.
import type { Explanations } from '../../../framework/contracts/explanation.js';

export const CLUSTER: Explanations = {
  'split-brain': {
    meaning: 'Two nodes reported that they lead the same term.',
    breaks: ['one leader per term (election safety)'],
    example: ['n1  leads term 3 ──────────────', 'n3           leads term 3 ────────────'],
    causes: [
      'a vote given twice in one term: not on disk before it is answered, or forgotten in a crash',
      'quorums that need not meet: an even split, a wrong count of members, a change of members in one step',
      'a failover that trusts a detector of failures instead of a majority',
    ],
  },
  'slow-election': {
    meaning: 'A majority of nodes was left in peace, and still nobody led for longer than the plan allows.',
    breaks: ['liveness of elections'],
    example: ['n1 (leader) killed |………………… 12 s …………………| n2 leads      (5 s allowed)'],
    causes: [
      'election time-outs that are the same on all nodes, and split votes',
      'a node with an old log that keeps disturbing (no pre-vote)',
      'time-outs that are long against the bound',
    ],
  },
  'slow-recovery': {
    meaning: 'A node did not answer clients soon after the last fault had healed.',
    breaks: ['recovery within a bound'],
    example: ['last heal |……………… 20 s ………………| first ok from n2      (5 s allowed)'],
    causes: [
      'connections that are not made again, or with a back-off that grows too far',
      'a node that waits for a snapshot or replays a long log',
      'a leader that does not notice that a follower is back',
    ],
  },
  unavailable: {
    meaning: 'Less of what clients asked was answered than the plan demands.',
    breaks: ['availability'],
    example: ['load |- ok -||- info -||- info -||- info -|      (80 % demanded, 25 % answered)'],
    causes: [
      'no leader for long stretches',
      'a quorum that cannot be reached while faults last',
      'time-outs of clients shorter than an election',
      'overload: a queue that grows',
    ],
  },
  divergence: {
    meaning: 'Faults and updates were over, and nodes still report different states.',
    breaks: ['eventual consistency', 'strong eventual consistency'],
    example: ['n1  digest a1f…', 'n2  digest 77c…      (10 s after the last update)'],
    causes: [
      'anti-entropy that is off, too slow, or skips what it believes known',
      'a merge that depends on the order of arrival',
      'a replica that drops updates while it starts',
    ],
  },
  'membership-divergence': {
    meaning: 'Faults and changes were over, and nodes still disagree on who belongs to the cluster.',
    breaks: ['agreement on membership'],
    example: ['n1  members n1 n2 n3', 'n2  members n1 n2      (10 s after the last change)'],
    causes: [
      'a node declared dead that cannot refute it (incarnation numbers)',
      'a change of members applied by part of the cluster only',
    ],
  },
  'node-crash': {
    meaning: 'A node ended although no fault had ended it.',
    breaks: [],
    example: ['n2  exited with code 1: assertion failed: log index 17 is missing'],
    causes: [
      'an assertion or exception: its last lines are in the report',
      'no memory or no disk left',
      'data that it cannot read any more',
    ],
  },
  'protocol-error': {
    meaning: 'A node wrote something that is no message where only messages belong.',
    breaks: [],
    example: ['n1 wrote: Listening on port 8080'],
    causes: ['log output on standard output instead of standard error', 'a line cut in two, or without its line feed'],
  },
  'client-exception': {
    meaning: 'A client met an error that it did not expect.',
    breaks: [],
    example: ['p3  read → TypeError: cannot read properties of undefined'],
    causes: ['an error of the system that the adapter should turn into fail or info', 'a defect of the adapter itself'],
  },
  'log-pattern': {
    meaning: 'A line of a node’s log matches a pattern that no line may match.',
    breaks: [],
    example: ['n1  panic: runtime error: index out of range [3]'],
    causes: ['see the line: the node wrote it'],
  },
};
