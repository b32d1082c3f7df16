import { describe, expect, it } from 'vitest';
import { type Bench, bench } from './testing/bench.js';

const write = (key: number, value: unknown) => ({ type: 'write', key, value });
const read = (key: number) => ({ type: 'read', key });

async function fill(b: Bench, node: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect(await b.ask(node, write(i % 7, i))).toMatchObject({ type: 'write_ok' });
}

const state = (b: Bench, id: string) => JSON.stringify(b.server(id).snapshot());

/** Cuts `id` off from all but these, both ways. */
const leaveOnly = (b: Bench, id: string, ...friends: string[]) =>
  b.cluster.faults.cut(
    b.others(id, ...friends).flatMap((other): [string, string][] => [
      [id, other],
      [other, id],
    ]),
  );

describe('failover', () => {
  it('elects one primary, which reports itself, and nobody disturbs it', () =>
    bench({}, async (b) => {
      const primary = await b.primary();
      const { epoch } = b.node(primary);
      await b.sleep(20_000);
      expect(await b.primary()).toBe(primary);
      expect([b.node(primary).epoch, b.cluster.leader()]).toEqual([epoch, primary]);
    }));

  it('a backup takes over from a primary that is killed, and has it as a backup when it is back', () =>
    bench({}, async (b) => {
      const first = await b.primary();
      await fill(b, first, 10);
      const kill = await b.cluster.faults.kill([first]);
      const second = await b.primary();
      expect(second).not.toBe(first);
      expect(await b.ask(second, read(2))).toMatchObject({ value: 9 });
      await kill.heal();
      await b.sleep(1000);
      expect(b.node(first).leader).toBe(second);
      expect(state(b, first)).toBe(state(b, second));
      expect(b.laws.broken).toEqual([]);
    }));

  it('with priority, nodes take over in the order of their names', () =>
    bench({ with: { election: 'priority' } }, async (b) => {
      expect(await b.primary()).toBe('n1');
      await b.cluster.faults.kill(['n1', 'n2']);
      expect(await b.primary()).toBe('n3');
    }));

  it('a backup that lacks an acknowledged write is not elected, whatever its priority', () =>
    bench({ with: { election: 'priority' } }, async (b) => {
      expect(await b.primary()).toBe('n1');
      const cut = await b.isolate('n2');
      await fill(b, 'n1', 5);
      await b.cluster.faults.kill(['n1']);
      await cut.heal();
      expect(await b.primary()).toBe('n3');
      expect(await b.ask('n2', read(4))).toMatchObject({ value: 4 });
    }));

  it('all killed at once come back with everything', () =>
    bench({ with: { 'snapshot-every': 30 } }, async (b) => {
      await fill(b, await b.primary(), 100);
      const kill = await b.cluster.faults.kill(b.cluster.nodes);
      await kill.heal();
      await b.primary();
      for (const key of [0, 1, 2, 3, 4, 5, 6]) {
        expect(await b.ask('n3', read(key))).toMatchObject({ value: [98, 99, 93, 94, 95, 96, 97][key] });
      }
    }));

  it('a single node is its own primary', () =>
    bench({ nodes: 1 }, async (b) => {
      await fill(b, await b.primary(), 20);
      expect(await b.ask('n1', read(1))).toMatchObject({ value: 15 });
    }));
});

describe('fencing', () => {
  it('a primary without a majority gives up, answers nothing stale, and what waited is in doubt', () =>
    bench({}, async (b) => {
      const old = await b.primary();
      await b.ask(old, write(1, 'old'));
      await b.isolate(old);
      const waiting = [1, 2, 3].map((i) => b.ask(old, write(i, i), { wait: 3000 }));
      const stale = b.ask(old, read(1), { wait: 3000 });
      const next = await b.primary([old]);
      expect(await b.ask(next, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ type: 'error', code: 13 });
      expect(await stale).toMatchObject({ type: 'error', code: 11 });
      expect(await b.ask(old, write(1, 1))).toMatchObject({ type: 'error', code: 11 });
    }));

  it('backups refuse what the primary of an older epoch ships, and it learns so', () =>
    bench({}, async (b) => {
      const old = await b.primary();
      const pause = await b.cluster.faults.pause([old]);
      const next = await b.primary([old]);
      const [backup] = b.others(old, next);
      const { log } = b.node(backup!);
      const entry = { index: log.last + 1, epoch: b.node(old).epoch, command: null };
      const { last: prev, lastEpoch: prevEpoch } = log;
      const body = { type: 'ship', epoch: entry.epoch, prev, prevEpoch, entries: [entry], commit: 0, stamp: 1 };
      b.server(backup!).receive({ src: old, dest: backup!, body });
      expect([log.last, b.node(backup!).leader]).toEqual([prev, next]);
      await pause.heal();
      await b.sleep(20);
      expect([b.node(old).leads, b.node(old).leader]).toEqual([false, next]);
    }));

  /** The old primary, cut off, takes a write; when it is back, does a backup of the new epoch take it? */
  async function afterwards(bug: 'none' | 'no-fencing'): Promise<boolean> {
    let led = false;
    await bench({ with: { bug } }, async (b) => {
      const old = await b.primary();
      const cut = await b.isolate(old);
      await b.primary([old]);
      await b.sleep(1000);
      led = b.node(old).leads;
      await cut.heal();
    });
    return led;
  }

  it('no-fencing: the old primary goes on', async () => {
    expect([await afterwards('none'), await afterwards('no-fencing')]).toEqual([false, true]);
  });
});

describe('what an acknowledgement promises', () => {
  it.each([
    ['semi-sync with a majority needs two backups of five', {}, 2, 'write_ok'],
    ['and one does not do', {}, 1, undefined],
    ['semi-sync with acks 1 needs one backup', { acks: 1 }, 1, 'write_ok'],
    ['and none does not do', { acks: 1 }, 0, undefined],
    ['semi-sync with acks 4 needs all', { acks: 4 }, 3, undefined],
    ['async needs none', { mode: 'async' as const }, 0, 'write_ok'],
    ['sync needs all that count as live', { mode: 'sync' as const }, 3, undefined],
    ['with ack-before-ship none is needed', { bug: 'ack-before-ship' as const }, 0, 'write_ok'],
  ])('%s', (_, options, friends, type) =>
    bench({ with: options }, async (b) => {
      const primary = await b.primary();
      await leaveOnly(b, primary, ...b.others(primary).slice(0, friends));
      const answer = await b.ask(primary, write(1, 1), { wait: 100 });
      expect(answer?.type).toBe(type);
    }),
  );

  it('sync goes on without a backup that is silent, and waits for it again once it has caught up', () =>
    bench({ with: { mode: 'sync' } }, async (b) => {
      const primary = await b.primary();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      const sent = b.clock.now();
      expect(await b.ask(primary, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      expect(b.clock.now() - sent).toBeGreaterThan(200e6);
      expect(await b.ask(primary, write(1, 'b'), { wait: 20 })).toMatchObject({ type: 'write_ok' });
      await cut.heal();
      await b.sleep(200);
      await b.isolate(slow!);
      expect(await b.ask(primary, write(1, 'c'), { wait: 100 })).toBeNull();
    }));

  it('sync by majority acknowledges nothing that only a minority has', () =>
    bench({ with: { mode: 'sync' } }, async (b) => {
      const primary = await b.primary();
      await leaveOnly(b, primary, b.others(primary)[0]!);
      expect((await b.ask(primary, write(1, 1), { wait: 3000 }))?.type).not.toBe('write_ok');
    }));

  it('a failover loses what was shipped asynchronously to nobody, and the old primary takes it back', () =>
    bench({ with: { mode: 'async' } }, async (b) => {
      const old = await b.primary();
      await fill(b, old, 10);
      const cut = await b.isolate(old);
      expect(await b.ask(old, write(1, 'lost'), { wait: 100 })).toMatchObject({ type: 'write_ok' });
      const next = await b.primary([old]);
      expect(await b.ask(next, read(1))).toMatchObject({ value: 8 });
      await cut.heal();
      await b.sleep(500);
      expect(state(b, old)).toBe(state(b, next));
      expect(b.laws.broken).toContainEqual(expect.stringContaining('without the committed entry'));
    }));
});

describe('catch-up', () => {
  it('by log: what is missing is shipped in few messages', () =>
    bench({}, async (b) => {
      const primary = await b.primary();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await fill(b, primary, 200);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(300);
      expect(state(b, slow!)).toBe(state(b, primary));
      expect(b.traffic.get('copy')).toBeUndefined();
      expect(b.traffic.get('ship')).toBeLessThan(60);
    }));

  it('by snapshot, in parts, when the log no longer has it', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 5 } }, async (b) => {
      const primary = await b.primary();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await fill(b, primary, 200);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(1000);
      expect(b.traffic.get('copy')).toBeGreaterThan(5);
      expect(state(b, slow!)).toBe(state(b, primary));
      const kill = await b.cluster.faults.kill([slow!]);
      await kill.heal();
      await b.sleep(500);
      expect(b.node(slow!).applied).toBe(b.node(primary).applied);
      expect(await b.ask(slow!, read(3))).toMatchObject({ value: 199 });
    }));

  it('a transfer that is broken off goes on where it ended', () =>
    bench({ latency: 5, with: { 'snapshot-every': 100, 'snapshot-chunk': 1 } }, async (b) => {
      const primary = await b.primary();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await fill(b, primary, 250);
      const items = b.node(primary).log.snapshot.items.length;
      await cut.heal();
      await b.sleep(600);
      const again = await b.isolate(slow!);
      const before = b.traffic.get('copy')!;
      expect(before).toBeGreaterThan(20);
      await b.sleep(500);
      await again.heal();
      await b.sleep(4000);
      expect(state(b, slow!)).toBe(state(b, primary));
      expect(b.traffic.get('copy')).toBeLessThan(items + 20);
    }));

  it('survives loss, duplication and reordering of its parts', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 3 } }, async (b) => {
      const primary = await b.primary();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await fill(b, primary, 150);
      await cut.heal();
      const links: [string, string][] = [
        [primary, slow!],
        [slow!, primary],
      ];
      const bad = await b.cluster.faults.degrade(links, { loss: 0.2, duplicate: 0.2, reorder: 0.2 });
      await b.sleep(8000);
      await bad.heal();
      await b.sleep(500);
      expect(state(b, slow!)).toBe(state(b, primary));
    }));

  it('a primary of old whose snapshot holds what was lost is given another', () =>
    bench({ with: { mode: 'async', 'snapshot-every': 10 } }, async (b) => {
      const old = await b.primary();
      await fill(b, old, 15);
      const cut = await b.isolate(old);
      await Promise.all(Array.from({ length: 30 }, (_, i) => b.ask(old, write(i % 7, -i), { wait: 100 })));
      const next = await b.primary([old]);
      await cut.heal();
      await b.sleep(1000);
      expect(b.node(old).log.snapshot.index).toBeLessThan(30);
      expect(state(b, old)).toBe(state(b, next));
    }));

  it('stale-catch-up: a backup brought up by a snapshot lacks what came after it', async () => {
    const behind: boolean[] = [];
    for (const bug of ['none', 'stale-catch-up'] as const) {
      await bench({ with: { 'snapshot-every': 40, bug } }, async (b) => {
        const primary = await b.primary();
        const [slow] = b.others(primary);
        const cut = await b.isolate(slow!);
        await fill(b, primary, 110);
        await cut.heal();
        await b.sleep(1000);
        expect(b.node(slow!).applied).toBe(b.node(primary).applied);
        behind.push(state(b, slow!) !== state(b, primary));
      });
    }
    expect(behind).toEqual([false, true]);
  });
});

describe('reads', () => {
  it('from backups are as old as the backup', () =>
    bench({ with: { reads: 'backup' } }, async (b) => {
      const primary = await b.primary();
      await b.ask(primary, write(1, 'old'));
      await b.sleep(100);
      const [slow] = b.others(primary);
      await b.isolate(slow!);
      await b.ask(primary, write(1, 'new'));
      expect(await b.ask(slow!, read(1))).toMatchObject({ value: 'old' });
    }));

  it('through a backup show what was acknowledged before, and cost the others no round of their own', () =>
    bench({}, async (b) => {
      const primary = await b.primary();
      await b.ask(primary, write(1, 'a'));
      b.traffic.clear();
      for (const id of b.others(primary)) expect(await b.ask(id, read(1))).toMatchObject({ value: 'a' });
      expect([b.traffic.get('ask-index'), b.traffic.get('read-index')]).toEqual([4, 4]);
    }));

  it('a backup that lost its primary refuses rather than guess', () =>
    bench({}, async (b) => {
      const [backup] = b.others(await b.primary());
      await b.isolate(backup!);
      expect(await b.ask(backup!, read(1), { wait: 2000 })).toMatchObject({ type: 'error', code: 11 });
    }));

  it('an answer to an earlier life of a node answers nothing', () =>
    bench({}, async (b) => {
      const primary = await b.primary();
      const [backup] = b.others(primary);
      await b.ask(primary, write(1, 'old'));
      const cut = await b.cluster.faults.cut([[backup!, primary]]);
      const asked = b.ask(backup!, read(1), { wait: 500 });
      await b.sleep(5);
      // As the first question of any life would be numbered, were each to begin at 0.
      for (const id of [0, 1]) {
        const body = { type: 'read-index', reign: b.node(primary).epoch, id, index: 0 };
        b.server(backup!).receive({ src: primary, dest: backup!, body });
      }
      expect((await asked)?.type).not.toBe('read_ok');
      await cut.heal();
    }));
});

describe('the election by highest id', () => {
  it('takes the highest id in reach, once those have confirmed', () =>
    bench({ with: { election: 'highest-id' } }, async (b) => {
      const first = await b.primary();
      await b.sleep(5000);
      expect(await b.primary()).toBe(first);
      expect(b.traffic.get('confirm')).toBeGreaterThanOrEqual(4);
    }));

  it('makes a primary on each side of a partition, of one term where the old one is in neither', () =>
    bench({ with: { election: 'highest-id', mode: 'sync' } }, async (b) => {
      const old = await b.primary();
      const [a1, a2, c1, c2] = b.others(old) as [string, string, string, string];
      const cuts = [await b.isolate(old), await b.isolate(a1, a2)];
      await b.sleep(3000);
      const leaders = [old, a1, a2, c1, c2].filter((id) => b.node(id).leads);
      expect(leaders).toHaveLength(3);
      const terms = leaders.map((id) => b.node(id).election.term(b.node(id).epoch));
      expect(terms[1]).toBe(terms[2]);
      for (const id of leaders) expect(await b.ask(id, write(1, id))).toMatchObject({ type: 'write_ok' });
      for (const cut of cuts) await cut.heal();
      const one = await b.primary();
      await b.sleep(500);
      for (const id of b.others(one)) expect(state(b, id)).toBe(state(b, one));
    }));
});

describe('clients', () => {
  it('are answered as lin-kv says, by every node', () =>
    bench({}, async (b) => {
      await b.primary();
      for (const node of b.cluster.nodes) {
        expect(await b.ask(node, read(99))).toMatchObject({ type: 'error', code: 20 });
        expect(await b.ask(node, { type: 'cas', key: 99, from: 1, to: 2 })).toMatchObject({ code: 20 });
        expect(await b.ask(node, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
        expect(await b.ask(node, { type: 'cas', key: 1, from: 'x', to: 'b' })).toMatchObject({ code: 22 });
        expect(await b.ask(node, { type: 'cas', key: 1, from: 'a', to: 'b' })).toMatchObject({ type: 'cas_ok' });
        expect(await b.ask(node, read(1))).toMatchObject({ type: 'read_ok', value: 'b' });
      }
    }));

  it('a command that arrives twice happens once', () =>
    bench({}, async (b) => {
      const primary = await b.primary();
      const [backup] = b.others(primary);
      await b.ask(primary, write(1, 'a'));
      const cas = { type: 'cas', key: 1, from: 'a', to: 'b', msg_id: 1 };
      expect(await b.ask(primary, { ...cas }, { client: 'c77' })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask(primary, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      const body = { type: 'forward', client: 'c77', request: { ...cas } };
      b.server(primary).receive({ src: backup!, dest: primary, body });
      await b.sleep(100);
      expect(await b.ask(primary, read(1))).toMatchObject({ value: 'a' });
    }));

  it('many at once share messages', () =>
    bench({ nodes: 3, with: { 'snapshot-every': 10_000 } }, async (b) => {
      const primary = await b.primary();
      b.traffic.clear();
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => b.ask(primary, write(i, round))));
        for (const answer of answers) expect(answer).toMatchObject({ type: 'write_ok' });
      }
      expect(b.traffic.get('ship')).toBeLessThan(1000);
    }));
});

describe('malformed messages', () => {
  it.each(['majority', 'highest-id'] as const)('are answered with error 12 and break nothing (%s)', (election) =>
    bench({ nodes: 3, with: { election } }, async (b) => {
      const primary = await b.primary();
      const [backup] = b.others(primary);
      for (const node of [primary, backup!]) {
        for (const body of [
          { type: 'read' },
          { type: 'write', key: 1 },
          { type: 'ship', epoch: 99, prev: 0, prevEpoch: 0, entries: [], commit: 0, stamp: 0 },
          { type: 'ask-vote', epoch: 1e9, trial: false, lastIndex: 1e9, lastEpoch: 1e9 },
          { type: 'claim', epoch: 1e9, id: 1e9 },
          { type: 'copy' },
        ]) {
          expect(await b.ask(node, body), JSON.stringify(body)).toMatchObject({ type: 'error', code: 12 });
        }
        expect(await b.ask(node, { type: 'dance' })).toMatchObject({ type: 'error', code: 10 });
      }
      const types = ['ship', 'shipped', 'copy', 'copied', 'ask-index', 'read-index', 'ask-vote', 'vote', 'claim'];
      for (const type of [...types, 'confirm', 'claim-answer', 'confirm-answer']) {
        for (const junk of [null, -2, 'x', [], [null], {}, Number.NaN, 1.5]) {
          const fields = ['epoch', 'prev', 'entries', 'items', 'index', 'id', 'stamp', 'current', 'agreed', 'trial'];
          const body = { type, ...Object.fromEntries(fields.map((field) => [field, junk])) };
          for (const node of [primary, backup!]) b.server(node).receive({ src: 'n2', dest: node, body });
        }
      }
      expect(await b.ask(backup!, write(1, 1))).toMatchObject({ type: 'write_ok' });
      expect(await b.primary()).toBe(primary);
    }),
  );
});
