import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { changed, isConfiguration, parseChange } from './configuration.js';
import raft from './index.js';
import { type Bench, bench, DEFAULTS } from './testing/bench.js';
import { changeMembers } from './testing/storm.js';
import { Voters } from './voters.js';

const change = (join: readonly string[], leave: readonly string[]) => raft.membership!.change(join, leave, DEFAULTS);

const members = (b: Bench, node: string) => [...b.log(node).configuration.members].sort();
const others = (...not: string[]) => ['n1', 'n2', 'n3', 'n4', 'n5'].filter((id) => !not.includes(id));

describe('a configuration', () => {
  it('of two groups needs a majority of each', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(
        fc.subarray(ids, { minLength: 1 }),
        fc.subarray(ids, { minLength: 1 }),
        fc.array(fc.nat(9), { minLength: 6, maxLength: 6 }),
        (old, next, values) => {
          const voters = new Voters({ members: ids, next: null, asked: [] }, 'a');
          voters.adopt({ members: old, next, asked: [] });
          const reached = voters.reached(Float64Array.from(values));
          const share = (group: readonly string[], least: number) =>
            group.filter((id) => values[ids.indexOf(id)]! >= least).length > group.length / 2;
          expect(share(old, reached) && share(next, reached)).toBe(true);
          expect(share(old, reached + 1) && share(next, reached + 1)).toBe(false);
          const granted = Uint8Array.from(values, (value) => (value >= reached ? 1 : 0));
          expect(voters.agreed(granted)).toBe(true);
          expect(voters.agreed(Uint8Array.from(values, (value) => (value > reached ? 1 : 0)))).toBe(false);
        },
      ),
      { seed: 1 },
    );
  });

  it('knows who has a vote, who is only kept up to date, and keeps positions for good', () => {
    const voters = new Voters({ members: ['a', 'b'], next: null, asked: [] }, 'x');
    expect([voters.votes, voters.self, voters.peers]).toEqual([false, 2, [0, 1]]);
    voters.adopt({ members: ['a', 'b'], next: ['x', 'b'], asked: [] });
    expect([voters.votes, voters.alone, voters.peers]).toEqual([true, false, [0, 1]]);
    voters.adopt({ members: ['x'], next: null, asked: [] });
    expect([voters.votes, voters.alone, voters.peers, voters.position('b')]).toEqual([true, true, [], 1]);
    voters.teach(['y']);
    expect([voters.peers, voters.tracks(0), voters.tracks(3), voters.votesAt(3)]).toEqual([[3], false, true, false]);
  });

  it('is read, or refused with a reason', () => {
    expect(parseChange({ msg_id: 1, join: ['a'], leave: [] })).toEqual({ join: ['a'], leave: [], cluster: null });
    expect(changed(['a', 'b'], { join: ['c', 'b'], leave: ['a'], cluster: null })).toEqual(['b', 'c']);
    for (const bad of [
      null,
      {},
      { join: [], leave: [] },
      { msg_id: 1, join: 'a', leave: [] },
      { msg_id: 1, join: ['a'], leave: ['a'] },
      { msg_id: 1, join: [''], leave: [] },
      { msg_id: 1, join: [], leave: [], cluster: 3 },
    ]) {
      expect(typeof parseChange(bad), JSON.stringify(bad)).toBe('string');
    }
    expect(isConfiguration({ members: ['a'], next: null, asked: [] })).toBe(true);
    for (const bad of [
      null,
      1,
      {},
      { members: [], next: null, asked: [] },
      { members: ['a'], next: [], asked: [] },
      { members: ['a'] },
    ]) {
      expect(isConfiguration(bad)).toBe(false);
    }
  });
});

describe('spare nodes', () => {
  it('disturb nobody and answer nothing until they are asked in', () =>
    bench({ spares: 2 }, async (b) => {
      const leader = await b.leader();
      const { term } = b.log(leader);
      await b.sleep(5000);
      expect(b.log(leader).term).toBe(term);
      expect(b.log('n6').log.last).toBe(0);
      for (const body of [read(1), write(1, 1), change(['n6'], [])]) {
        expect(await b.ask('n6', body)).toMatchObject({ type: 'error', code: 11 });
      }
    }));

  it('catch up before they count, by snapshot where it must be, and then serve', () =>
    bench({ spares: 2, with: { 'snapshot-every': 40, 'snapshot-chunk': 5 } }, async (b) => {
      const leader = await b.leader();
      await b.fill(leader, 200);
      expect(await b.ask(leader, change(['n6', 'n7'], []))).toMatchObject({ type: 'change_ok' });
      await b.sleep(200);
      for (const id of b.cluster.nodes) expect(members(b, id)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
      expect(b.traffic.get('install')).toBeGreaterThan(5);
      expect(b.state('n6')).toBe(b.state(leader));
      expect(await b.ask('n7', read(3))).toMatchObject({ value: 199 });
      const kill = await b.cluster.faults.kill(['n6', 'n7']);
      await b.fill(leader, 100);
      await kill.heal();
      await b.sleep(500);
      expect(members(b, 'n7')).toHaveLength(7);
      expect(b.laws.broken).toEqual([]);
    }));

  it('that do not answer are given up: nothing has happened, and the cluster goes on', () =>
    bench({ spares: 1 }, async (b) => {
      const leader = await b.leader();
      const kill = await b.cluster.faults.kill(['n6']);
      const asked = b.ask(leader, change(['n6'], []), { wait: 10_000 });
      await b.sleep(100);
      await b.fill(leader, 20);
      expect(await b.ask(leader, change([], ['n2']))).toMatchObject({ type: 'error', code: 11 });
      expect(await asked).toMatchObject({ type: 'error', code: 11, text: 'n6 did not catch up' });
      expect(members(b, leader)).toHaveLength(5);
      await kill.heal();
      expect(await b.ask(leader, change(['n6'], []))).toMatchObject({ type: 'change_ok' });
    }));
});

describe('changes', () => {
  it('are for the leader, and made once however often they are asked for', () =>
    bench({ spares: 2 }, async (b) => {
      const leader = await b.leader();
      const follower = others(leader)[0]!;
      expect(await b.ask(follower, change(['n6'], []))).toMatchObject({ type: 'error', code: 11, leader });
      for (let i = 0; i < 3; i++) {
        expect(await b.ask(leader, change(['n6'], []))).toMatchObject({ type: 'change_ok' });
        expect(members(b, leader)).toHaveLength(6);
      }
      expect(await b.ask(leader, change(['n6'], ['n7']))).toMatchObject({ type: 'change_ok' });
      expect(b.laws.changes).toBe(4);
    }));

  it('that arrive a second time are not made again, also by the next leader', () =>
    bench({ spares: 1, with: { 'snapshot-every': 5 } }, async (b) => {
      const first = await b.leader();
      const again = (node: string) => b.give({ src: 'c1', dest: node, body: { ...change(['n6'], []), msg_id: 7 } });
      again(first);
      again(first);
      await b.sleep(100);
      expect(members(b, first)).toHaveLength(6);
      expect(await b.ask(first, change([], ['n6']))).toMatchObject({ type: 'change_ok' });
      await b.fill(first, 20);
      again(first);
      await b.cluster.faults.kill([first]);
      const next = await b.leader();
      again(next);
      await b.sleep(100);
      expect(members(b, next)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
      expect(b.laws.changes).toBe(2);
    }));

  it('all the members may be replaced, step by step, and what was written stays', () =>
    bench({ nodes: 3, spares: 4, with: { 'snapshot-every': 30 } }, async (b) => {
      await b.fill(await b.leader(), 100);
      await changeMembers(b, ['n4', 'n5', 'n6'], ['n1', 'n2', 'n3']);
      await b.cluster.faults.kill(['n1', 'n2', 'n3']);
      const leader = await b.leader();
      expect(['n4', 'n5', 'n6']).toContain(leader);
      for (const key of [0, 1, 2, 3, 4, 5, 6]) {
        expect(await b.ask(leader, read(key))).toMatchObject({ value: [98, 99, 93, 94, 95, 96, 97][key] });
      }
      const kill = await b.cluster.faults.kill(['n4', 'n5', 'n6']);
      await kill.heal();
      expect(['n4', 'n5', 'n6']).toContain(await b.leader());
      await changeMembers(b, ['n7'], ['n4', 'n5', 'n6']);
      expect(await b.leader()).toBe('n7');
      expect(await b.ask('n7', read(6))).toMatchObject({ value: 97 });
      expect(b.laws.broken).toEqual([]);
    }));

  it('a leader that leaves completes the change, steps down and is not missed', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      expect(await b.ask(old, change([], [old]))).toMatchObject({ type: 'change_ok' });
      expect(b.log(old).leads).toBe(false);
      const leader = await b.leader([old]);
      const { term } = b.log(leader);
      await b.sleep(5000);
      expect(b.log(leader).term).toBe(term);
      await b.fill(leader, 10);
      expect(await b.ask(old, read(1), { wait: 3000 })).toMatchObject({ type: 'error', code: 11 });
    }));

  it.each(['old', 'new'] as const)('need a majority of the %s members', (gone) =>
    bench({ nodes: 3, spares: 2 }, async (b) => {
      const leader = await b.leader();
      const rest = ['n1', 'n2', 'n3'].filter((id) => id !== leader);
      const asked = b.ask(leader, change(['n4', 'n5'], rest), { wait: 5000 });
      while (b.log(leader).configuration.next === null) await b.sleep(0.2);
      // Old members and newcomers are two each, and the leader is both: either pair would do, were it asked alone.
      await b.cluster.faults.kill(gone === 'old' ? rest : ['n4', 'n5']);
      const { commit } = b.log(leader);
      expect(await asked).toMatchObject({ type: 'error', code: 13 });
      expect(b.log(leader).leads).toBe(false);
      await b.sleep(2000);
      expect(b.cluster.nodes.filter((id) => !b.cluster.isDown(id) && b.log(id).leads)).toEqual([]);
      expect(b.log(leader).commit).toBe(commit);
    }),
  );

  it('are completed by the next leader when the one that began them is gone', () =>
    bench({ spares: 2 }, async (b) => {
      const first = await b.leader();
      void b.ask(first, change(['n6', 'n7'], others(first).slice(0, 2)));
      while (b.log(first).configuration.next === null) await b.sleep(0.2);
      const joint = b.log(first).log.last;
      while (others(first).filter((id) => b.log(id).log.last >= joint).length < 3) await b.sleep(0.2);
      await b.cluster.faults.kill([first]);
      const next = await b.leader([first]);
      await b.sleep(500);
      expect(b.log(next).configuration.next).toBeNull();
      expect(members(b, next)).toEqual(expect.arrayContaining(['n6', 'n7']));
      expect(b.laws.broken).toEqual([]);
    }));

  it('that only a leader of the past has are taken back', () =>
    bench({ spares: 1 }, async (b) => {
      const old = await b.leader();
      const cut = await b.isolate(old);
      void b.ask(old, change([], [others(old)[0]!]));
      await b.sleep(50);
      expect(b.log(old).configuration.next).toHaveLength(4);
      const next = await b.leader([old]);
      await b.fill(next, 5);
      await cut.heal();
      await b.sleep(500);
      expect(b.log(old).configuration).toEqual({
        members: ['n1', 'n2', 'n3', 'n4', 'n5'],
        next: null,
        asked: [],
      });
      expect(b.laws.broken).toEqual([]);
    }));

  it('a leader that alone knows that it has left seeks election all the same', () =>
    bench({ nodes: 2, spares: 2, latency: 5 }, async (b) => {
      const old = await b.leader();
      const [rest] = ['n1', 'n2'].filter((id) => id !== old);
      void b.ask(old, change(['n3', 'n4'], ['n1', 'n2']), { wait: 10 });
      while (b.log(old).configuration.next === null) await b.sleep(0.1);
      const leader = b.log(old);
      // C_new enters its log when C_old,new is committed; cut off at that moment, nobody else hears of it.
      while (leader.configuration.next !== null) await b.sleep(0.05);
      const { last } = leader.log;
      const cut = await b.isolate(old);
      await b.sleep(2000);
      for (const id of [rest!, 'n3', 'n4']) expect(b.log(id).log.last).toBeLessThan(last);
      await cut.heal();
      expect(['n3', 'n4']).toContain(await b.leader());
      expect(b.laws.broken).toEqual([]);
    }));
});

describe('what cannot be', () => {
  it('a cluster of another name is refused, by the leader and by whoever is asked in', () =>
    bench({ spares: 1 }, async (b) => {
      const leader = await b.leader();
      expect(await b.ask(leader, { ...change(['n6'], []), cluster: 'other' })).toMatchObject({
        type: 'error',
        code: 14,
      });
      expect(await b.ask(leader, { ...change(['n6'], []), cluster: 'chaos' })).toMatchObject({ type: 'change_ok' });
      const stranger = { type: 'append', cluster: 'other', term: 99, prev: 0, prevTerm: 0, entries: [], commit: 0 };
      expect(await b.ask('n6', { ...stranger, stamp: 1 })).toMatchObject({ type: 'error', code: 14 });
      expect(b.log('n6').term).toBe(b.log(leader).term);
      const asked = b.ask(leader, change(['n7'], []));
      await b.sleep(10);
      b.give({ src: 'n7', dest: leader, body: { type: 'error', code: 14, text: 'not yours' } });
      expect(await asked).toMatchObject({ type: 'error', code: 14, text: 'n7 refuses: not yours' });
    }));

  it('nobody left, or nonsense, is refused', () =>
    bench({}, async (b) => {
      const leader = await b.leader();
      expect(await b.ask(leader, change([], b.cluster.nodes))).toMatchObject({ type: 'error', code: 14 });
      for (const body of [
        { type: 'change' },
        { type: 'change', join: 1, leave: [] },
        { type: 'change', join: ['n1'], leave: ['n1'] },
      ]) {
        expect(await b.ask(leader, body), JSON.stringify(body)).toMatchObject({ type: 'error', code: 12 });
      }
      const entry = { index: 1, term: 1, command: null, config: { members: [], next: null, asked: [] } };
      const bad = {
        type: 'append',
        cluster: 'chaos',
        term: 99,
        prev: 0,
        prevTerm: 0,
        entries: [entry],
        commit: 0,
        stamp: 1,
      };
      expect(await b.ask(leader, bad)).toMatchObject({ type: 'error', code: 12 });
      expect(members(b, leader)).toHaveLength(5);
      expect(await b.leader()).toBe(leader);
    }));
});
