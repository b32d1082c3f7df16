import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { describeStore } from '../shared/testing/store-scenarios.js';
import { bench } from './testing/bench.js';

describeStore(bench);

describe('failover', () => {
  it('elects one primary, which reports itself, and nobody disturbs it', () =>
    bench({}, async (b) => {
      const primary = await b.leader();
      const { epoch } = b.log(primary);
      await b.sleep(20_000);
      expect(await b.leader()).toBe(primary);
      expect([b.log(primary).epoch, b.cluster.leader()]).toEqual([epoch, primary]);
    }));

  it('with priority, nodes take over in the order of their names', () =>
    bench({ with: { election: 'priority' } }, async (b) => {
      expect(await b.leader()).toBe('n1');
      await b.cluster.faults.kill(['n1', 'n2']);
      expect(await b.leader()).toBe('n3');
    }));

  it('a backup that lacks an acknowledged write is not elected, whatever its priority', () =>
    bench({ with: { election: 'priority' } }, async (b) => {
      expect(await b.leader()).toBe('n1');
      const cut = await b.isolate('n2');
      await b.fill('n1', 5);
      await b.cluster.faults.kill(['n1']);
      await cut.heal();
      expect(await b.leader()).toBe('n3');
      expect(await b.ask('n2', read(4))).toMatchObject({ value: 4 });
    }));
});

describe('fencing', () => {
  it('a primary without a majority gives up, answers nothing stale, and what waited is in doubt', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(1, 'old'));
      await b.isolate(old);
      const waiting = [1, 2, 3].map((i) => b.ask(old, write(i, i), { wait: 3000 }));
      const stale = b.ask(old, read(1), { wait: 3000 });
      const next = await b.leader([old]);
      expect(await b.ask(next, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ type: 'error', code: 13 });
      expect(await stale).toMatchObject({ type: 'error', code: 11 });
      expect(await b.ask(old, write(1, 1))).toMatchObject({ type: 'error', code: 11 });
    }));

  it('backups refuse what the primary of an older epoch ships, and it learns so', () =>
    bench({}, async (b) => {
      const old = await b.leader();
      const pause = await b.cluster.faults.pause([old]);
      const next = await b.leader([old]);
      const [backup] = b.others(old, next);
      const { log } = b.log(backup!);
      const entry = { index: log.last + 1, term: b.log(old).epoch, command: null };
      const { last: prev, lastTerm: prevEpoch } = log;
      const body = { type: 'ship', epoch: entry.term, prev, prevEpoch, entries: [entry], commit: 0, stamp: 1 };
      b.give({ src: old, dest: backup!, body });
      expect([log.last, b.log(backup!).leader]).toEqual([prev, next]);
      await pause.heal();
      await b.sleep(20);
      expect([b.log(old).leads, b.log(old).leader]).toEqual([false, next]);
    }));

  /** The old primary, cut off, takes a write; when it is back, does a backup of the new epoch take it? */
  async function afterwards(bug: 'none' | 'no-fencing'): Promise<boolean> {
    let led = false;
    await bench({ with: { bug } }, async (b) => {
      const old = await b.leader();
      const cut = await b.isolate(old);
      await b.leader([old]);
      await b.sleep(1000);
      led = b.log(old).leads;
      await cut.heal();
    });
    return led;
  }

  it('no-fencing: the old primary goes on', async () => {
    expect([await afterwards('none'), await afterwards('no-fencing')]).toEqual([false, true]);
  });
});

describe('the election by highest id', () => {
  it('takes the highest id in reach, once those have confirmed', () =>
    bench({ with: { election: 'highest-id' } }, async (b) => {
      const first = await b.leader();
      await b.sleep(5000);
      expect(await b.leader()).toBe(first);
      expect(b.traffic.get('confirm')).toBeGreaterThanOrEqual(4);
    }));

  it('makes a primary on each side of a partition, of one term where the old one is in neither', () =>
    bench({ with: { election: 'highest-id', mode: 'sync' } }, async (b) => {
      const old = await b.leader();
      const [a1, a2, c1, c2] = b.others(old) as [string, string, string, string];
      const cuts = [await b.isolate(old), await b.isolate(a1, a2)];
      await b.sleep(3000);
      const leaders = [old, a1, a2, c1, c2].filter((id) => b.log(id).leads);
      expect(leaders).toHaveLength(3);
      const terms = leaders.map((id) => b.log(id).election.term(b.log(id).epoch));
      expect(terms[1]).toBe(terms[2]);
      for (const id of leaders) expect(await b.ask(id, write(1, id))).toMatchObject({ type: 'write_ok' });
      for (const cut of cuts) await cut.heal();
      const one = await b.leader();
      await b.sleep(500);
      for (const id of b.others(one)) expect(b.state(id)).toBe(b.state(one));
    }));
});
