import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { bench } from './testing/bench.js';

describe('reads', () => {
  it('from backups are as old as the backup', () =>
    bench({ with: { reads: 'backup' } }, async (b) => {
      const primary = await b.leader();
      await b.ask(primary, write(1, 'old'));
      await b.sleep(100);
      const [slow] = b.others(primary);
      await b.isolate(slow!);
      await b.ask(primary, write(1, 'new'));
      expect(await b.ask(slow!, read(1))).toMatchObject({ value: 'old' });
    }));

  it('through a backup show what was acknowledged before, and cost the others no round of their own', () =>
    bench({}, async (b) => {
      const primary = await b.leader();
      await b.ask(primary, write(1, 'a'));
      b.traffic.clear();
      for (const id of b.others(primary)) expect(await b.ask(id, read(1))).toMatchObject({ value: 'a' });
      expect([b.traffic.get('ask-index'), b.traffic.get('read-index')]).toEqual([4, 4]);
    }));

  it('a backup that lost its primary refuses rather than guess', () =>
    bench({}, async (b) => {
      const [backup] = b.others(await b.leader());
      await b.isolate(backup!);
      expect(await b.ask(backup!, read(1), { wait: 2000 })).toMatchObject({ type: 'error', code: 11 });
    }));

  it('an answer to an earlier life of a node answers nothing', () =>
    bench({}, async (b) => {
      const primary = await b.leader();
      const [backup] = b.others(primary);
      await b.ask(primary, write(1, 'old'));
      const cut = await b.cluster.faults.cut([[backup!, primary]]);
      const asked = b.ask(backup!, read(1), { wait: 500 });
      await b.sleep(5);
      // As the first question of any life would be numbered, were each to begin at 0.
      for (const id of [0, 1]) {
        const body = { type: 'read-index', reign: b.log(primary).epoch, id, index: 0 };
        b.give({ src: primary, dest: backup!, body });
      }
      expect((await asked)?.type).not.toBe('read_ok');
      await cut.heal();
    }));
});

describe('clients', () => {
  it('a command that arrives twice happens once', () =>
    bench({}, async (b) => {
      const primary = await b.leader();
      const [backup] = b.others(primary);
      await b.ask(primary, write(1, 'a'));
      const cas = { type: 'cas', key: 1, from: 'a', to: 'b', msg_id: 1 };
      expect(await b.ask(primary, { ...cas }, { client: 'c77' })).toMatchObject({ type: 'cas_ok' });
      expect(await b.ask(primary, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      const body = { type: 'forward', client: 'c77', request: { ...cas } };
      b.give({ src: backup!, dest: primary, body });
      await b.sleep(100);
      expect(await b.ask(primary, read(1))).toMatchObject({ value: 'a' });
    }));

  it('many at once share messages', () =>
    bench({ nodes: 3, with: { 'snapshot-every': 10_000 } }, async (b) => {
      const primary = await b.leader();
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
      const primary = await b.leader();
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
          for (const node of [primary, backup!]) b.give({ src: 'n2', dest: node, body });
        }
      }
      expect(await b.ask(backup!, write(1, 1))).toMatchObject({ type: 'write_ok' });
      expect(await b.leader()).toBe(primary);
    }),
  );
});
