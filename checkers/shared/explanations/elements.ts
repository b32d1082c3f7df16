// What goes wrong with collections and locks: sets, queues, stacks, messages, ids.
import type { Explanations } from '../../../framework/contracts/explanation.js';

const LINEARIZABLE = 'linearizability';
const EVENTUAL = 'strong eventual consistency';

export const ELEMENTS: Explanations = {
  'lost-element': {
    meaning: 'An element was put in and acknowledged, nobody took it out, and it is not there any more.',
    breaks: [LINEARIZABLE, 'durability'],
    example: ['p0  |- add 1 -| ok', 'p1                  |- read → {} -|'],
    causes: [
      'an answer before the element is on disk or replicated',
      'a failover to a replica that lacks it',
      'a read-modify-write of the whole collection that overwrites another one',
      'a remove that wins over a later add',
    ],
  },
  'unexpected-element': {
    meaning: 'An element came out, or was seen, that nobody had put there.',
    breaks: [LINEARIZABLE, EVENTUAL],
    example: ['p0  |- add 1 -|', 'p1                 |- read → {1, 7} -|'],
    causes: [
      'an add that was reported as failed but happened',
      'corrupt data',
      'data of an earlier run that was not wiped',
    ],
  },
  'duplicate-element': {
    meaning: 'An element came out, or is listed, more often than it was put there.',
    breaks: [LINEARIZABLE, 'exactly-once delivery'],
    example: [
      'p0  |- enqueue 1 -|',
      'p1                     |- dequeue → 1 -|',
      'p2                                        |- dequeue → 1 -|',
    ],
    causes: [
      'delivery at least once, with a consumer that counts on exactly once',
      'a take that was acknowledged and then forgotten in a failover',
      'a retried put that was applied twice',
    ],
  },
  'repeated-element': {
    meaning: 'One read of a set listed an element twice.',
    breaks: [LINEARIZABLE],
    example: ['p0  |- read → {1, 1} -|'],
    causes: ['a set kept as a list', 'results of two shards or pages put together without care'],
  },
  'resurrected-element': {
    meaning: 'An element is there again although every add of it had been seen and removed.',
    breaks: [EVENTUAL],
    example: ['p0  |- add 1 -|   |- remove 1 -| ok', 'p1                                    |- read → {1} -|'],
    causes: [
      'tombstones that are dropped before every replica has seen them',
      'a replica that was away and brings its old state back',
      'a merge that takes the union of elements without their removals',
    ],
  },
  'incomparable-reads': {
    meaning:
      'Each of two reads saw an element that the other did not, though nothing was removed: the set grew in two orders.',
    breaks: [LINEARIZABLE, 'sequential consistency'],
    example: ['p0  read → {1}', 'p1  read → {2}      (nothing is ever removed)'],
    causes: [
      'replicas that show additions in the order in which they arrive',
      'reads that do not pass through a quorum',
    ],
  },
  'false-empty': {
    meaning: 'A queue, stack or set was found empty although an element was in there at every such instant.',
    breaks: [LINEARIZABLE],
    example: ['p0  |- enqueue 1 -| ok', 'p1                         |- dequeue → empty -|'],
    causes: [
      'an answer from a replica that has not caught up',
      'an element handed out to a consumer that died, and not given back',
    ],
  },
  'out-of-order': {
    meaning: 'An element came out while another one had to come first.',
    breaks: [LINEARIZABLE, 'first in, first out (or the order that the model asks for)'],
    example: ['p0  |- enqueue 1 -|   |- enqueue 2 -|', 'p1                                      |- dequeue → 2 -|'],
    causes: [
      'several partitions or shards behind one queue',
      'messages delivered again at the end after a time-out',
      'a new leader that replays its log in another order',
    ],
  },
  'double-hold': {
    meaning: 'Two owners held a lock at once, or one acquired it twice.',
    breaks: ['mutual exclusion', LINEARIZABLE],
    example: ['p0  |- acquire -| ok', 'p1                      |- acquire -| ok      (p0 has not released)'],
    causes: [
      'a lease that ran out while its owner was paused; use fencing tokens',
      'two leaders, or a lock service that lost its state',
      'clocks that run at different rates',
    ],
  },
  'unheld-release': {
    meaning: 'A release succeeded although its owner did not hold the lock.',
    breaks: ['mutual exclusion', LINEARIZABLE],
    example: ['p0  |- release -| ok      (never acquired)'],
    causes: ['releases that do not check the owner', 'a lock that had expired and was released by its old owner'],
  },
  'lost-message': {
    meaning: 'A message was acknowledged, and a node’s final read does not have it.',
    breaks: ['reliable broadcast (agreement)'],
    example: ['p0  |- broadcast 1 -| ok', 'n2                        … |- read → [] -|'],
    causes: [
      'messages sent once, and not again after a partition',
      'a node that forgets what it had heard when it restarts',
    ],
  },
  'unexpected-message': {
    meaning: 'A node shows a message that nobody sent.',
    breaks: ['reliable broadcast (integrity)'],
    example: ['n1  |- read → [9] -|      (nobody sent 9)'],
    causes: ['a send reported as failed that happened', 'corrupt data', 'data of an earlier run'],
  },
  'duplicate-message': {
    meaning: 'A node tells a message twice.',
    breaks: ['reliable broadcast (no duplication)'],
    example: ['n1  |- read → [1, 1] -|'],
    causes: ['retries without remembering what was heard', 'memory of what was heard that does not survive a restart'],
  },
  'duplicate-id': {
    meaning: 'The same id was handed out twice.',
    breaks: ['uniqueness'],
    example: ['p0  |- generate → 42 -|', 'p1                          |- generate → 42 -|'],
    causes: [
      'a counter that goes back after a restart',
      'ids of time and node where clocks jump or names collide',
      'a block of ids given to two nodes',
    ],
  },
  'wrong-echo': {
    meaning: 'An answer is not what was sent.',
    breaks: [],
    example: ['p0  |- echo "a" → "b" -|'],
    causes: ['answers matched to the wrong requests', 'text that was encoded on the way'],
  },
};
