// What goes wrong with single values: registers, counters, and what each process sees of them.
import type { Explanations } from '../../../framework/contracts/explanation.js';

const LINEARIZABLE = 'linearizability';
const SEQUENTIAL = 'sequential consistency';
const CAUSAL = 'causal consistency';

export const REGISTERS: Explanations = {
  'stale-read': {
    meaning: 'A read returned a value that had already been replaced by a write acknowledged before the read began.',
    breaks: [LINEARIZABLE],
    example: [
      'p0  |- write 1 -|',
      'p1                 |- write 2 -|',
      'p2                                 |- read → 1 -|',
    ],
    causes: [
      'reads answered by a follower, or by a leader that does not check that it still leads',
      'a deposed leader on the wrong side of a partition that goes on answering',
      'leases that trust clocks more than the clocks deserve',
      'read quorums that need not meet write quorums (R + W ≤ N), or sloppy quorums',
      'a cache that is not invalidated',
    ],
  },
  'new-old-inversion': {
    meaning: 'One read returned a new value, and a later read, begun after the first had ended, the old one again.',
    breaks: [LINEARIZABLE],
    example: [
      'p0  |------------- write 1 -------------|',
      'p1     |- read → 1 -|',
      'p2                      |- read → 0 -|',
    ],
    causes: [
      'reads that return what one replica has without writing it back to a majority first',
      'replicas that show a write before it is committed',
      'clients that move between replicas of different age',
    ],
  },
  'lost-write': {
    meaning: 'A write was acknowledged, and whoever looked later did not find it, though nothing had overwritten it.',
    breaks: [LINEARIZABLE, 'durability'],
    example: ['p0  |- write 1 -| ok', 'p1                    |- read → nothing -|'],
    causes: [
      'an answer before the write is on disk, or before a majority has it',
      'a new leader that lacks committed entries (votes forgotten in a crash, terms not compared)',
      'asynchronous replication, and a failover',
      'last-writer-wins with clocks that disagree',
      'a log cut at the wrong place during recovery, or a snapshot that is incomplete',
    ],
  },
  'lost-update': {
    meaning:
      'An update was acknowledged that another one, made without knowing of it, has wiped out: two read-modify-writes started from the same value, or an increment is missing from the total.',
    breaks: [LINEARIZABLE, SEQUENTIAL, 'snapshot isolation'],
    example: ['p0  |- cas 0 to 1 -| ok', 'p1       |- cas 0 to 2 -| ok', '(both cannot have seen 0)'],
    causes: [
      'compare-and-set decided by one node that is no longer the leader, or by two leaders at once',
      'read and write of one update executed apart from each other',
      'last-writer-wins between concurrent updates',
      'an acknowledged increment lost with an unsynced log',
    ],
  },
  'aborted-read': {
    meaning: 'A read returned a value that only an operation that failed had tried to write.',
    breaks: ['read committed', LINEARIZABLE, SEQUENTIAL],
    example: ['p0  |- write 1 -| fail', 'p1                     |- read → 1 -|'],
    causes: [
      'a client told “failed” where the truth is “unknown” (a time-out after the request was sent)',
      'a value shown before it was committed, and then rolled back',
      'a request retried behind the client’s back',
    ],
  },
  'future-read': {
    meaning: 'A read returned a value before the operation that wrote it had been invoked.',
    breaks: [LINEARIZABLE, SEQUENTIAL, CAUSAL],
    example: ['p0  |- read → 1 -|', 'p1                    |- write 1 -|'],
    causes: [
      'a history put together from clocks that disagree',
      'the same value written twice, when values were thought to be unique',
      'an answer to another request (a mixed-up reply)',
    ],
  },
  'unwritten-value': {
    meaning: 'A read returned a value that nobody ever wrote.',
    breaks: [LINEARIZABLE, SEQUENTIAL, CAUSAL],
    example: ['p0  |- write 1 -|', 'p1                   |- read → 7 -|'],
    causes: [
      'corrupt data: a bit that flipped on disk or on the way, without a checksum',
      'an answer that belongs to another key or another request',
      'data of an earlier run that was not wiped',
    ],
  },
  'not-linearizable': {
    meaning:
      'No order of the operations respects both their real times and their results: they cannot each have taken effect at one instant between invocation and completion. No simpler name fits.',
    breaks: [LINEARIZABLE],
    example: ['p0  |- write 1 -|', 'p1        |- cas 2 to 3 -| ok', '(nobody wrote 2)'],
    causes: ['see the evidence: how far an order goes, and which operation fits nowhere'],
  },
  'not-sequentially-consistent': {
    meaning:
      'No single order of all operations explains what every process saw, even when real time is ignored and only each process’s own order counts.',
    breaks: [SEQUENTIAL, LINEARIZABLE],
    example: [
      'p0  write x 1',
      'p1  write x 2',
      'p2  read x → 1, read x → 2',
      'p3  read x → 2, read x → 1      (p2 and p3 disagree on the order)',
    ],
    causes: [
      'replicas that apply concurrent writes in different orders',
      'conflict resolution that depends on who asks',
      'keys on different shards, read without a common snapshot',
    ],
  },
  'read-your-writes': {
    meaning: 'A process read a value that is older than one that it had itself written.',
    breaks: ['read your writes (a session guarantee)', CAUSAL, SEQUENTIAL, LINEARIZABLE],
    example: ['p0  |- write 1 -| ok   |- read → 0 -|'],
    causes: ['a read served by a replica that has not caught up', 'a session that does not carry what it has written'],
  },
  'monotonic-reads': {
    meaning: 'A process read a value that is older than one that it had read before.',
    breaks: ['monotonic reads (a session guarantee)', CAUSAL, SEQUENTIAL, LINEARIZABLE],
    example: ['p0  |- read → 2 -|   |- read → 1 -|      (2 was written after 1)'],
    causes: ['a client that moved to a replica behind the first one', 'a load balancer without sticky sessions'],
  },
  'monotonic-writes': {
    meaning: 'A process saw what another one had written, and then missed what that one had written before.',
    breaks: ['monotonic writes (a session guarantee)', CAUSAL, SEQUENTIAL, LINEARIZABLE],
    example: ['p0  write x 1   write y 1', 'p1                          read y → 1   read x → 0'],
    causes: [
      'writes of one client replicated independently, by key or by path',
      'retries that arrive in another order',
    ],
  },
  'writes-follow-reads': {
    meaning: 'A process saw a write of another process, and then missed what that process had read before it wrote.',
    breaks: ['writes follow reads (a session guarantee)', CAUSAL, SEQUENTIAL, LINEARIZABLE],
    example: [
      'p0  write x 1',
      'p1               read x → 1   write y 1',
      'p2                                        read y → 1   read x → 0',
    ],
    causes: [
      'replication that keeps no causal order between keys or shards',
      'version vectors that are not merged on reads',
    ],
  },
  'too-stale': {
    meaning: 'A read returned a value that had been overwritten for longer than the bound that the plan allows.',
    breaks: ['bounded staleness'],
    example: [
      'p0  |- write 1 -|   |- write 2 -|',
      'p1                                  … 10 s …   |- read → 1 -|      (5 s allowed)',
    ],
    causes: [
      'a replica cut off that goes on answering',
      'replication that lags under load',
      'a clock that stands still or runs slow',
    ],
  },
  'phantom-update': {
    meaning: 'A counter shows more than everything that was ever attempted.',
    breaks: [LINEARIZABLE, 'strong eventual consistency'],
    example: ['p0  |- add 1 -|', 'p1                 |- read → 2 -|'],
    causes: [
      'a retried request that was applied twice',
      'a merge that adds where it should take the maximum',
      'state of an earlier run',
    ],
  },
  'counter-out-of-bounds': {
    meaning: 'A counter shows a total that lies outside what was acknowledged and what was attempted.',
    breaks: [LINEARIZABLE],
    example: ['p0  |- add 5 -| ok', 'p1                    |- read → -3 -|'],
    causes: ['updates lost and doubled at once', 'an overflow', 'a merge of counters that were reset'],
  },
};
