import { describe, expect, it } from 'vitest';
import type { Body } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { createRandom } from '../../framework/time/random.js';
import { ConfirmedReads, type ReadHost, type ReadLeader } from './confirmed-reads.js';

type Host = ReadHost & ReadLeader;
type Mutable = { -readonly [K in keyof Host]: Host[K] };

/** A node whose protocol is what the test sets, and everything that came of its reads. */
function bench(start: Partial<Host>, seed = 1) {
  const done: string[] = [];
  const sent: [to: string, body: Body][] = [];
  const world = { now: 0 };
  const env = {
    random: createRandom(seed, 'reads'),
    elapsed: () => world.now,
    send: (to: string, body: Body) => sent.push([to, body]),
  } as unknown as Environment;
  const host: Mutable = {
    env,
    machine: {
      readable: (token) => done.push(`read ${token}`),
      unreadable: (token) => done.push(`failed ${token}`),
    },
    leads: true,
    leader: 'n1',
    applied: 5,
    commit: 5,
    floor: 5,
    stamp: 10,
    confirmed: 0,
    reign: 3,
    answers: () => host.leads,
    kick: () => done.push('kick'),
    learn: (reign, index, from) => done.push(`learn ${reign} ${index} ${from}`),
    ...start,
  };
  return { reads: new ConfirmedReads(host, host, 300), host, done, sent, world };
}

describe('reads of the leader', () => {
  it('wait for an answer to a message that was sent after they began', () => {
    const { reads, host, done } = bench({});
    reads.read('a');
    host.confirmed = 10;
    reads.confirm();
    expect([done, reads.newest]).toEqual([['kick'], 10]);
    host.confirmed = 11;
    reads.confirm();
    expect([done, reads.newest]).toEqual([['kick', 'read a'], -1]);
  });

  it('wait until everything due is applied', () => {
    const { reads, host, done } = bench({ floor: 7, confirmed: 11 });
    reads.read('a');
    host.applied = 6;
    reads.applied();
    expect(done).toEqual([]);
    host.applied = 7;
    reads.applied();
    expect(done).toEqual(['read a']);
  });

  it('wait for nobody while a lease stands', () => {
    const { reads, done } = bench({ leased: true });
    reads.read('a');
    expect(done).toEqual(['read a']);
  });

  it('are not for those who may not hear what is committed', () => {
    const { reads, host, sent } = bench({ confirmed: 11 });
    host.answers = (from) => from === 'n2';
    for (const from of ['n2', 'n3']) reads.receive(from, { type: 'ask-index', id: 4 });
    const answer = { type: 'read-index', id: 4, reign: 3 };
    expect(sent).toEqual([
      ['n2', { ...answer, index: 5 }],
      ['n3', { ...answer, index: -1 }],
    ]);
  });

  it('fail when it is deposed, for others too', () => {
    const { reads, host, done, sent } = bench({});
    reads.read('a');
    reads.receive('n2', { type: 'ask-index', id: 4 });
    host.leads = false;
    reads.deposed();
    expect(done).toContain('failed a');
    expect(sent).toEqual([['n2', { type: 'read-index', id: 4, index: -1, reign: 3 }]]);
  });
});

describe('reads of another node', () => {
  const follower = { leads: false, applied: 2 };

  it('ask the leader, and are answered once this node is as far', () => {
    const { reads, host, done, sent } = bench(follower);
    reads.read('a');
    const id = sent[0]![1]['id'];
    expect(sent[0]).toEqual(['n1', { type: 'ask-index', id }]);
    reads.receive('n1', { type: 'read-index', id, index: 4, reign: 9 });
    expect(done).toEqual(['learn 9 4 n1']);
    host.applied = 4;
    reads.applied();
    reads.receive('n1', { type: 'read-index', id, index: 4, reign: 9 });
    expect(done).toEqual(['learn 9 4 n1', 'read a']);
  });

  it('fail when the leader refuses, is unknown, is another one or silent', () => {
    const { reads, host, done, sent, world } = bench(follower);
    reads.read('refused');
    reads.receive('n1', { type: 'read-index', id: sent[0]![1]['id'], index: -1, reign: 9 });
    reads.read('changed');
    reads.leaderChanged();
    reads.read('silent');
    world.now = 301;
    reads.read('young');
    reads.expire();
    host.leader = null;
    reads.read('nobody');
    expect(done).toEqual(['failed refused', 'failed changed', 'failed silent', 'failed nobody']);
  });

  it('are numbered so that no two lives of a node share a number', () => {
    const numbers = [1, 2, 3, 4].map((seed) => {
      const { reads, sent } = bench(follower, seed);
      reads.read('a');
      return sent[0]![1]['id'];
    });
    expect(new Set(numbers).size).toBe(4);
  });
});

it('malformed messages are told from messages of others', () => {
  const { reads, done } = bench({});
  for (const junk of [undefined, null, -2, 1.5, 'x', {}]) {
    expect(reads.receive('n2', { type: 'ask-index', id: junk })).toBe(false);
    expect(reads.receive('n2', { type: 'read-index', id: 1, index: junk, reign: 1 })).toBe(false);
  }
  expect(reads.receive('n2', { type: 'read-index', id: 1, index: 1 })).toBe(false);
  expect(reads.receive('n2', { type: 'dance' })).toBeNull();
  expect(done).toEqual([]);
});
