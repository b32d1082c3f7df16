import { describe, expect, it } from 'vitest';
import type { Message } from '../../framework/contracts/message.js';
import { read, write } from '../shared/testing/store-bench.js';
import { describeStore } from '../shared/testing/store-scenarios.js';
import { bench } from './testing/bench.js';

describeStore(bench);

describe('elections', () => {
  it('elects one leader, which reports itself, and nobody disturbs it', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const { term } = b.log(leader);
      await b.sleep(20_000);
      expect(await b.leader()).toBe(leader);
      expect(b.log(leader).term).toBe(term);
      expect(b.cluster.leader()).toBe(leader);
      expect(b.laws.broken).toEqual([]);
    }));

  it('a node that was cut off does not depose the leader when it comes back (pre-vote)', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const { term } = b.log(leader);
      const cut = await b.isolate(b.others(leader)[0]!);
      await b.sleep(10_000);
      await cut.heal();
      await b.sleep(2000);
      expect(b.log(leader).leads).toBe(true);
      expect(b.log(leader).term).toBe(term);
    }));

  it('a leader without a majority steps down and refuses (check-quorum)', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      await b.isolate(leader, b.others(leader)[0]!);
      await b.sleep(700);
      expect(b.log(leader).leads).toBe(false);
      expect(await b.ask(leader, write(1, 1))).toMatchObject({ type: 'error', code: 11 });
    }));
});

describe('replication', () => {
  it('overwrites what an isolated leader had alone, in few messages (conflict back-off)', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      const cut = await b.isolate(old);
      for (let i = 0; i < 50; i++) void b.ask(old, write(1, -i), { wait: 10 });
      await b.sleep(100);
      const { last } = b.log(old).log;
      const next = await b.leader([old]);
      await b.fill(next, 80);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(500);
      expect(last).toBeGreaterThan(50);
      expect(b.log(old).log.last).toBe(b.log(next).log.last);
      expect(b.state(old)).toBe(b.state(next));
      expect(b.laws.broken).toEqual([]);
    }));

  it('what waits at a leader that is deposed gets an indefinite error, never a refusal', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      await b.isolate(old);
      const answers = await Promise.all([1, 2, 3].map((i) => b.ask(old, write(i, i), { wait: 3000 })));
      for (const answer of answers) expect(answer).toMatchObject({ type: 'error', code: 13 });
    }));

  it('many clients at once share messages', () =>
    bench({ nodes: 3, with: { 'snapshot-every': 10_000 } }, async (b) => {
      const leader = await b.leader();
      b.traffic.clear();
      for (let round = 0; round < 20; round++) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => b.ask(leader, write(i, round))));
        for (const answer of answers) expect(answer).toMatchObject({ type: 'write_ok' });
      }
      expect(b.log(leader).commit).toBeGreaterThanOrEqual(1000);
      expect(b.traffic.get('append')).toBeLessThan(2000);
    }));
});

describe('snapshots', () => {
  it('bring up a follower that missed more than the log holds, in several parts', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 5 } }, async (b) => {
      const leader = await b.leader();
      const [slow] = b.others(leader);
      const cut = await b.isolate(slow!);
      await b.fill(leader, 200);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(1000);
      expect(b.traffic.get('install')).toBeGreaterThan(5);
      expect(b.state(slow!)).toBe(b.state(leader));
      const kill = await b.cluster.faults.kill([slow!]);
      await kill.heal();
      await b.sleep(500);
      expect(b.log(slow!).applied).toBe(b.log(leader).applied);
      expect(await b.ask(slow!, read(3))).toMatchObject({ value: 199 });
      expect(b.laws.broken).toEqual([]);
    }));

  it('survive loss and duplication of their parts', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 3 } }, async (b) => {
      const leader = await b.leader();
      const [slow] = b.others(leader);
      const cut = await b.isolate(slow!);
      await b.fill(leader, 150);
      await cut.heal();
      const bad = await b.cluster.faults.degrade(
        [
          [leader, slow!],
          [slow!, leader],
        ],
        { loss: 0.2, duplicate: 0.2, reorder: 0.2 },
      );
      await b.sleep(8000);
      await bad.heal();
      await b.sleep(500);
      expect(b.state(slow!)).toBe(b.state(leader));
    }));
});

describe('reads', () => {
  it.each(['read-index', 'lease', 'log'] as const)('%s: an isolated leader answers nothing stale', (reads) =>
    bench({ with: { reads } }, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(1, 'old'));
      await b.isolate(old);
      const next = await b.leader([old]);
      expect(await b.ask(next, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      for (const node of b.others(old)) expect(await b.ask(node, read(1))).toMatchObject({ value: 'new' });
      const stale = await b.ask(old, read(1));
      expect(stale?.type === 'read_ok').toBe(false);
    }),
  );

  it('a lease answers without a message, and no longer than it lasts', () =>
    bench({ with: { reads: 'lease' } }, async (b) => {
      const leader = await b.leader();
      await b.ask(leader, write(1, 'a'));
      await b.isolate(leader);
      const asked = b.clock.now();
      expect(await b.ask(leader, read(1), { wait: 20 })).toMatchObject({ value: 'a' });
      expect(b.clock.now() - asked).toBeLessThan(20e6);
      await b.sleep(210);
      expect(await b.ask(leader, read(1), { wait: 20 })).toBeNull();
    }));

  it('a follower that lost its leader refuses rather than guess', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const [follower] = b.others(leader);
      await b.isolate(follower!);
      expect(await b.ask(follower!, read(1), { wait: 2000 })).toMatchObject({ type: 'error', code: 11 });
    }));

  it('an answer to an earlier life of a follower answers nothing', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const follower = b.others(leader)[0]!;
      await b.ask(leader, write(1, 'old'));
      const life = b.server(follower);
      const late: Message[] = [];
      const receive = life.receive.bind(life);
      life.receive = (message) => {
        if (message.body.type === 'read-index') late.push(message);
        receive(message);
      };
      expect(await b.ask(follower, read(1))).toMatchObject({ value: 'old' });
      const kill = await b.cluster.faults.kill([follower]);
      await kill.heal();
      await b.sleep(500);
      await b.cluster.faults.cut([
        [follower, leader],
        [leader, follower],
      ]);
      expect(await b.ask(leader, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      const asked = b.ask(follower, read(1), { wait: 100 });
      await b.sleep(5);
      expect(late).toHaveLength(1);
      b.server(follower).receive(late[0]!);
      expect(await asked).toBeNull();
    }));
});

describe('clients', () => {
  it('a command that is sent again happens once', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const follower = b.others(leader)[0]!;
      const caller = { client: 'c77', id: 1 };
      await b.ask(leader, write(1, 'a'));
      const cas = { type: 'cas', key: 1, from: 'a', to: 'b', msg_id: 1 };
      // The same request from a client and, in a message that was delayed, from a node that had passed it on.
      const raft = b.log(leader);
      expect(await b.ask(leader, { ...cas }, { client: caller.client })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask(leader, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      const { last } = raft.log;
      b.give({
        src: follower,
        dest: leader,
        body: { type: 'forward', client: caller.client, request: { ...cas } },
      });
      await b.sleep(100);
      expect(raft.commit).toBe(last + 1);
      expect(await b.ask(leader, read(1))).toMatchObject({ value: 'a' });
    }));

  it('followers name the leader when they must not forward', () =>
    bench({ with: { forward: false } }, async (b) => {
      const leader = await b.leader();
      const follower = b.others(leader)[0]!;
      expect(await b.ask(follower, write(1, 1))).toMatchObject({ type: 'error', code: 11, leader });
      expect(await b.ask(follower, read(1))).toMatchObject({ type: 'error', code: 11, leader });
      expect(await b.ask(leader, write(1, 1))).toMatchObject({ type: 'write_ok' });
    }));
});

describe('malformed messages', () => {
  it('are answered with error 12, unknown ones with 10, and break nothing', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const follower = b.others(leader)[0]!;
      for (const node of [leader, follower]) {
        for (const body of [
          { type: 'read' },
          { type: 'read', key: {} },
          { type: 'write', key: 1 },
          { type: 'cas', key: 1, from: 1 },
          { type: 'append', term: 99, prev: 0 },
          { type: 'ask-vote', term: 1e9, pre: false, lastIndex: 1e9, lastTerm: 1e9 },
          { type: 'install' },
          { type: 'forward' },
          { type: 'forwarded', client: 'c1' },
        ]) {
          expect(await b.ask(node, body), JSON.stringify(body)).toMatchObject({ type: 'error', code: 12 });
        }
        expect(await b.ask(node, { type: 'dance' })).toMatchObject({ type: 'error', code: 10 });
      }
      const types = ['append', 'appended', 'ask-vote', 'vote', 'install', 'installed', 'ask-index', 'read-index'];
      for (const type of types) {
        for (const junk of [null, -1, 'x', [], [null], {}, Number.NaN]) {
          const numbers = { term: junk, prev: junk, index: junk, id: junk, stamp: junk };
          const body = { type, cluster: 'chaos', ...numbers, entries: junk, items: junk, config: junk };
          b.give({ src: follower, dest: leader, body });
        }
      }
      expect(await b.ask(follower, write(1, 1))).toMatchObject({ type: 'write_ok' });
      expect(await b.leader()).toBe(leader);
    }));
});
