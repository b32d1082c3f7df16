import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { describeStore } from '../shared/testing/store-scenarios.js';
import { bench } from './testing/bench.js';
import { epochOf } from './zxid.js';

describeStore(bench);

describe('epochs', () => {
  it('begin with one leader, which reports itself, and go on undisturbed', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const { current } = b.log(leader).history;
      await b.sleep(10_000);
      expect(await b.leader()).toBe(leader);
      expect(b.log(leader).history.current).toBe(current);
      expect(b.cluster.leader()).toBe(leader);
      expect(b.laws.reigns).toBe(1);
    }));

  it('end with their leader, which comes back as a follower of the next one', () =>
    bench({}, async (b) => {
      const first = await b.leader();
      await b.fill(first, 5);
      const kill = await b.cluster.faults.kill([first]);
      const second = await b.leader();
      expect(b.log(second).history.current).toBeGreaterThan(1);
      await b.fill(second, 5);
      await kill.heal();
      expect(await b.leader()).toBe(second);
      expect(epochOf(b.log(first).history.last)).toBe(b.log(second).history.current);
      expect(b.laws.broken).toEqual([]);
    }));

  it('are led by the node with the latest history, and only among equals by the last one of the list', () =>
    bench({ nodes: 3 }, async (b) => {
      expect(await b.leader()).toBe('n3');
      const cut = await b.isolate('n2');
      await b.fill('n3', 10);
      await b.sleep(500);
      await b.cluster.faults.kill(['n3']);
      await cut.heal();
      expect(await b.leader()).toBe('n1');
      expect(b.state('n2')).toBe(b.state('n1'));
    }));

  it('end when the leader has lost its majority: it gives up and refuses', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      await b.isolate(leader, b.others(leader)[0]!);
      await b.sleep(500);
      expect(b.log(leader).established).toBe(false);
      expect(await b.ask(leader, write(1, 1))).toMatchObject({ type: 'error', code: 11 });
    }));

  it('a node that was cut off joins again without an election', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const cut = await b.isolate(b.others(leader)[0]!);
      await b.sleep(5000);
      await b.fill(leader, 3);
      await cut.heal();
      expect(await b.leader()).toBe(leader);
      expect(b.laws.reigns).toBe(1);
    }));

  it('a node that has promised a later epoch ends the present one, and the next is later still', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const src = b.others(leader)[0]!;
      const frames = [{ kind: 'c-epoch', accepted: 77 }];
      const body = { type: 'to-leader', conn: 2 ** 40, reign: 0, seq: 0, ack: 0, stamp: 0, frames };
      b.give({ src, dest: leader, body });
      expect(b.log(leader).role).toBe('looking');
      // Whoever leads next may not have heard of it; the node that has promised tells it as soon as it connects.
      const next = await b.leader();
      expect(b.log(next).history.current).toBeGreaterThan(1);
      await b.fill(next, 3);
    }));

  it('nobody joins an epoch earlier than it has promised', () =>
    bench({ nodes: 3 }, async (b) => {
      const leader = await b.leader();
      const [follower] = b.others(leader) as [string];
      const zab = b.log(follower);
      zab.history.accept(50);
      zab.look('the test says so');
      const next = await b.leader();
      expect(b.log(next).history.current).toBeGreaterThan(50);
      expect(zab.history.current).toBe(b.log(next).history.current);
    }));
});

describe('broadcast and synchronization', () => {
  it('TRUNC: what an isolated leader had proposed alone is forgotten, and its clients are told that nobody knows', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      await b.fill(old, 3);
      const cut = await b.isolate(old);
      const answers = [1, 2, 3].map((i) => b.ask(old, write(i, 'lost'), { wait: 3000 }));
      const next = await b.leader([old]);
      expect(b.log(old).history.last).toBeGreaterThan(b.log(old).delivered);
      await b.fill(next, 4);
      b.traffic.clear();
      await cut.heal();
      expect(await b.leader()).toBe(next);
      for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ type: 'error', code: 13 });
      expect(b.traffic.get('trunc')).toBeGreaterThan(0);
      expect(b.state(old)).toBe(b.state(next));
      expect(b.laws.broken).toEqual([]);
    }));

  it('DIFF: a follower that missed little is sent that, and no snapshot', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const [slow] = b.others(leader) as [string];
      const cut = await b.isolate(slow);
      await b.fill(leader, 40);
      await b.sleep(500);
      b.traffic.clear();
      await cut.heal();
      await b.leader();
      expect([b.traffic.get('diff'), b.traffic.get('snap')]).toEqual([1, undefined]);
      expect(b.state(slow)).toBe(b.state(leader));
    }));

  it('SNAP: a follower that missed more than the history holds is sent the state in parts, over a bad network', () =>
    bench({ with: { 'snapshot-every': 40, chunk: 3 } }, async (b) => {
      const leader = await b.leader();
      const [slow] = b.others(leader) as [string];
      const cut = await b.isolate(slow);
      await b.fill(leader, 150);
      b.traffic.clear();
      const links: [string, string][] = [
        [leader, slow],
        [slow, leader],
      ];
      await b.cluster.faults.degrade(links, { loss: 0.2, duplicate: 0.2, reorder: 0.2 });
      await cut.heal();
      await b.leader();
      expect(b.traffic.get('snap')).toBeGreaterThan(5);
      expect(b.state(slow)).toBe(b.state(leader));
      const kill = await b.cluster.faults.kill([slow]);
      await kill.heal();
      await b.leader();
      expect(await b.ask(slow, read(3), { wait: 5000 })).toMatchObject({ value: 143 });
      expect(b.laws.broken).toEqual([]);
    }));

  it('a command that is sent again happens once', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const [follower] = b.others(leader) as [string];
      await b.ask(leader, write(1, 'a'));
      const body = { type: 'cas', key: 1, from: 'a', to: 'b', msg_id: 1 };
      expect(await b.ask(follower, { ...body }, { client: 'c77' })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask(leader, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      const { delivered } = b.log(leader);
      b.give({ src: 'c77', dest: follower, body: { ...body } });
      await b.sleep(100);
      expect(b.log(leader).delivered).toBe(delivered + 1);
      expect(await b.ask(follower, read(1))).toMatchObject({ value: 'a' });
    }));

  it('packets of connections that are over, or of another reign, change nothing', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const [src] = b.others(leader) as [string];
      const { conn } = b.log(src).follower!;
      const frames = [{ kind: 'c-epoch', accepted: 0 }];
      const packet = { type: 'to-leader', conn, reign: 0, seq: 0, ack: 0, stamp: 0, frames };
      b.give({ src, dest: leader, body: { ...packet, conn: conn - 1 } });
      b.give({ src, dest: leader, body: packet });
      b.give({ src, dest: leader, body: { ...packet, reign: 5, frames: [{ kind: 'ack', zxid: 2 ** 50 }] } });
      const [commit] = [{ kind: 'commit', zxid: 2 ** 50 }];
      for (const reign of [0, 5]) {
        const body = { type: 'to-learner', conn, reign, seq: 0, ack: 0, stamp: 99, frames: [commit] };
        b.give({ src: leader, dest: src, body });
      }
      await b.fill(src, 5);
      expect(await b.leader()).toBe(leader);
      expect([b.laws.reigns, b.laws.broken, b.log(src).follower?.conn]).toEqual([1, [], conn]);
    }));

  it('many clients at once share messages', () =>
    bench({ nodes: 3 }, async (b) => {
      const leader = await b.leader();
      b.traffic.clear();
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => b.ask(leader, write(i, round))));
        for (const answer of answers) expect(answer).toMatchObject({ type: 'write_ok' });
      }
      expect(b.traffic.get('propose')).toBe(500);
      expect(b.traffic.get('to-learner')).toBeLessThan(800);
    }));
});

describe('reads', () => {
  it('sync: an isolated leader answers nothing stale, whether or not it knows', () =>
    bench({ with: { 'sync-limit': 2000, 'init-limit': 3000, heartbeat: 50 } }, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(1, 'old'));
      await b.isolate(old);
      // It still thinks that it leads, and nobody confirms it.
      expect(b.log(old).established).toBe(true);
      expect(await b.ask(old, read(1), { wait: 1000 })).toBeNull();
      const next = await b.leader([old]);
      expect(await b.ask(next, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      for (const node of b.others(old)) expect(await b.ask(node, read(1))).toMatchObject({ value: 'new' });
      expect((await b.ask(old, read(1)))?.type === 'read_ok').toBe(false);
    }));

  it('sync: a follower that lost its leader refuses rather than guess', () =>
    bench({}, async (b) => {
      const [follower] = b.others(await b.leader()) as [string];
      await b.isolate(follower);
      expect(await b.ask(follower, read(1), { wait: 2000 })).toMatchObject({ type: 'error', code: 11 });
    }));

  it('local: a follower that is cut off answers what it has, until it knows', () =>
    bench({ with: { reads: 'local' } }, async (b) => {
      const leader = await b.leader();
      const [follower] = b.others(leader) as [string];
      await b.ask(follower, write(1, 'old'));
      await b.isolate(follower);
      await b.ask(leader, write(1, 'new'));
      expect(await b.ask(follower, read(1))).toMatchObject({ value: 'old' });
      await b.sleep(500);
      expect(await b.ask(follower, read(1))).toMatchObject({ type: 'error', code: 11 });
    }));

  it('local: clients see their own writes at once, and a node that was killed does not go back', () =>
    bench({ with: { reads: 'local' }, latency: 5 }, async (b) => {
      const [follower] = b.others(await b.leader()) as [string];
      for (let i = 0; i < 20; i++) {
        await b.ask(follower, write(1, i));
        expect(await b.ask(follower, read(1))).toMatchObject({ value: i });
      }
      const kill = await b.cluster.faults.kill([follower]);
      await kill.heal();
      let answer = await b.ask(follower, read(1));
      for (let tries = 0; tries < 200 && answer?.type !== 'read_ok'; tries++) {
        expect(answer).toMatchObject({ type: 'error', code: 11 });
        await b.sleep(10);
        answer = await b.ask(follower, read(1));
      }
      expect(answer).toMatchObject({ value: 19 });
    }));
});

describe('planted bugs', () => {
  it.each([
    ['skip-sync-phase', 'old'],
    ['none', 'new'],
  ] as const)('%s: a node that missed a write reads %s', (bug, value) =>
    bench({ with: { bug } }, async (b) => {
      const leader = await b.leader();
      const [slow] = b.others(leader) as [string];
      await b.ask(leader, write(1, 'old'));
      await b.sleep(100);
      const cut = await b.isolate(slow);
      await b.ask(leader, write(1, 'new'));
      await b.sleep(500);
      await cut.heal();
      await b.leader();
      expect(await b.ask(slow, read(1))).toMatchObject({ value });
    }),
  );

  it.each([
    ['reuse-epoch', 'given up'],
    ['none', 'kept'],
  ] as const)('%s: a leader that returns with a proposal of its own reads what was %s', (bug, value) =>
    bench({ with: { bug } }, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(2, 1));
      await b.sleep(100);
      const cut = await b.isolate(old);
      void b.ask(old, write(1, 'given up'), { wait: 10 });
      const next = await b.leader([old]);
      expect(await b.ask(next, write(1, 'kept'))).toMatchObject({ type: 'write_ok' });
      await cut.heal();
      await b.leader();
      expect(await b.ask(old, read(1))).toMatchObject({ value });
      expect(b.laws.broken.length > 0).toBe(bug !== 'none');
    }),
  );
});

describe('malformed messages', () => {
  it('are answered with error 12, unknown ones with 10, and break nothing', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      const [follower] = b.others(leader) as [string];
      const packet = { conn: 1, reign: 0, seq: 0, ack: 0, stamp: 0, frames: [] };
      for (const node of [leader, follower]) {
        for (const body of [
          { type: 'read' },
          { type: 'write', key: 1 },
          { type: 'vote', leader: 'n1' },
          { type: 'vote', leader: 'n1', current: 9, zxid: 9, round: 1, state: 'leading', established: true },
          { type: 'to-leader', ...packet },
          { type: 'to-learner', ...packet },
          { type: 'closed', conn: 1 },
        ]) {
          expect(await b.ask(node, body), JSON.stringify(body)).toMatchObject({ type: 'error', code: 12 });
        }
        expect(await b.ask(node, { type: 'dance' })).toMatchObject({ type: 'error', code: 10 });
        for (const src of b.others(node)) {
          for (const type of ['to-leader', 'to-learner', 'closed', 'vote']) {
            for (const junk of [
              null,
              -1,
              'x',
              [null],
              [{}],
              [{ kind: 'toString' }],
              [{ kind: 'diff', entries: [1] }],
            ]) {
              b.give({ src, dest: node, body: { type, ...packet, frames: junk } });
              b.give({ src, dest: node, body: { type, ...packet, conn: junk, leader: junk, round: junk } });
            }
          }
          b.give({
            src,
            dest: node,
            body: { type: 'vote', leader: 'x', current: 1, zxid: 1, round: 1, state: 'looking' },
          });
        }
      }
      expect(await b.ask(follower, write(1, 1))).toMatchObject({ type: 'write_ok' });
      expect(await b.leader()).toBe(leader);
    }));
});
