import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { bench } from './testing/bench.js';

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
      const primary = await b.leader();
      await b.leaveOnly(primary, ...b.others(primary).slice(0, friends));
      const answer = await b.ask(primary, write(1, 1), { wait: 100 });
      expect(answer?.type).toBe(type);
    }),
  );

  it('sync goes on without a backup that is silent, and waits for it again once it has caught up', () =>
    bench({ with: { mode: 'sync' } }, async (b) => {
      const primary = await b.leader();
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
      const primary = await b.leader();
      await b.leaveOnly(primary, b.others(primary)[0]!);
      expect((await b.ask(primary, write(1, 1), { wait: 3000 }))?.type).not.toBe('write_ok');
    }));

  it('a failover loses what was shipped asynchronously to nobody, and the old primary takes it back', () =>
    bench({ with: { mode: 'async' } }, async (b) => {
      const old = await b.leader();
      await b.fill(old, 10);
      const cut = await b.isolate(old);
      expect(await b.ask(old, write(1, 'lost'), { wait: 100 })).toMatchObject({ type: 'write_ok' });
      const next = await b.leader([old]);
      expect(await b.ask(next, read(1))).toMatchObject({ value: 8 });
      await cut.heal();
      await b.sleep(500);
      expect(b.state(old)).toBe(b.state(next));
      expect(b.laws.broken).toContainEqual(expect.stringContaining('without the committed entry'));
    }));
});

describe('catch-up', () => {
  it('by log: what is missing is shipped in few messages', () =>
    bench({}, async (b) => {
      const primary = await b.leader();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await b.fill(primary, 200);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(300);
      expect(b.state(slow!)).toBe(b.state(primary));
      expect(b.traffic.get('copy')).toBeUndefined();
      expect(b.traffic.get('ship')).toBeLessThan(60);
    }));

  it('by snapshot, in parts, when the log no longer has it', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 5 } }, async (b) => {
      const primary = await b.leader();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await b.fill(primary, 200);
      b.traffic.clear();
      await cut.heal();
      await b.sleep(1000);
      expect(b.traffic.get('copy')).toBeGreaterThan(5);
      expect(b.state(slow!)).toBe(b.state(primary));
      const kill = await b.cluster.faults.kill([slow!]);
      await kill.heal();
      await b.sleep(500);
      expect(b.log(slow!).applied).toBe(b.log(primary).applied);
      expect(await b.ask(slow!, read(3))).toMatchObject({ value: 199 });
    }));

  it('a transfer that is broken off goes on where it ended', () =>
    bench({ latency: 5, with: { 'snapshot-every': 100, 'snapshot-chunk': 1 } }, async (b) => {
      const primary = await b.leader();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await b.fill(primary, 250);
      const items = b.log(primary).log.snapshot.items.length;
      await cut.heal();
      await b.sleep(600);
      const again = await b.isolate(slow!);
      const before = b.traffic.get('copy')!;
      expect(before).toBeGreaterThan(20);
      await b.sleep(500);
      await again.heal();
      await b.sleep(4000);
      expect(b.state(slow!)).toBe(b.state(primary));
      expect(b.traffic.get('copy')).toBeLessThan(items + 20);
    }));

  it('survives loss, duplication and reordering of its parts', () =>
    bench({ with: { 'snapshot-every': 40, 'snapshot-chunk': 3 } }, async (b) => {
      const primary = await b.leader();
      const [slow] = b.others(primary);
      const cut = await b.isolate(slow!);
      await b.fill(primary, 150);
      await cut.heal();
      const links: [string, string][] = [
        [primary, slow!],
        [slow!, primary],
      ];
      const bad = await b.cluster.faults.degrade(links, { loss: 0.2, duplicate: 0.2, reorder: 0.2 });
      await b.sleep(8000);
      await bad.heal();
      await b.sleep(500);
      expect(b.state(slow!)).toBe(b.state(primary));
    }));

  it('a primary of old whose snapshot holds what was lost is given another', () =>
    bench({ with: { mode: 'async', 'snapshot-every': 10 } }, async (b) => {
      const old = await b.leader();
      await b.fill(old, 15);
      const cut = await b.isolate(old);
      await Promise.all(Array.from({ length: 30 }, (_, i) => b.ask(old, write(i % 7, -i), { wait: 100 })));
      const next = await b.leader([old]);
      await cut.heal();
      await b.sleep(1000);
      expect(b.log(old).log.snapshot.index).toBeLessThan(30);
      expect(b.state(old)).toBe(b.state(next));
    }));

  it('stale-catch-up: a backup brought up by a snapshot lacks what came after it', async () => {
    const behind: boolean[] = [];
    for (const bug of ['none', 'stale-catch-up'] as const) {
      await bench({ with: { 'snapshot-every': 40, bug } }, async (b) => {
        const primary = await b.leader();
        const [slow] = b.others(primary);
        const cut = await b.isolate(slow!);
        await b.fill(primary, 110);
        await cut.heal();
        await b.sleep(1000);
        expect(b.log(slow!).applied).toBe(b.log(primary).applied);
        behind.push(b.state(slow!) !== b.state(primary));
      });
    }
    expect(behind).toEqual([false, true]);
  });
});
