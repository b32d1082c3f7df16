// What nodes that are processes of this machine can stand, whichever way their messages travel.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../contracts/cluster.js';
import type { Body } from '../../contracts/message.js';
import { type Bench, bench } from './testing/bench.js';

/** The node does not answer, for as long as is worth waiting. */
const silent = async (b: Bench, node: string, request: Body = { type: 'read' }) =>
  (await b.ask(node, request, 60)) === null;

describe.each([
  ['through the parent', {}],
  ['over TCP', { tcp: true }],
])('a cluster of processes whose messages go %s', (_, transport) => {
  it('answers, logs, and remembers across a kill what it acknowledged', () =>
    bench(transport, async (b) => {
      expect(await b.ask('n1', { type: 'append', item: 'grüße "\\\n' })).toMatchObject({ type: 'append_ok' });
      const effect = await b.cluster.faults.kill(['n1']);
      expect(b.cluster.isDown('n1')).toBe(true);
      expect(await silent(b, 'n1')).toBe(true);
      await effect.heal();
      expect(b.cluster.isDown('n1')).toBe(false);
      expect(await b.items('n1')).toEqual(['grüße "\\\n']);
      expect(b.events.filter((event) => event.kind === 'exit')).toMatchObject([{ node: 'n1', fault: true }]);
      await b.cluster.stop();
      const log = readFileSync(`${b.folder}/n1/node.log`, 'utf8');
      expect(log).toMatch(/^\d+\.\d{6} recovered 0 items\n\d+\.\d{6} recovered 1 items\n$/);
    }));

  it('has no hosts that could be turned off', () =>
    bench({ ...transport, idle: true }, async (b) => expect(b.cluster.faults.power).toBeUndefined()));

  it('may be stopped while it starts', () =>
    bench({ ...transport, idle: true }, async (b) => {
      const started = b.cluster.start();
      await b.until(() => b.cluster.describe().length > 0);
      await b.cluster.stop();
      await started;
      expect(b.cluster.describe()).toEqual([]);
    }));

  it('keeps nothing on disk without a folder, but the logs are known', () =>
    bench({ ...transport, noFolder: true, nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 1 });
      await b.cluster.stop();
      expect([...b.cluster.log('n1')]).toEqual([expect.stringContaining('recovered 0 items')]);
      expect(existsSync(`${b.folder}/n1`)).toBe(false);
    }));

  it('a frozen node handles everything when it wakes, nothing before', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      const effect = await b.cluster.faults.pause(['n1']);
      let answered = false;
      b.cluster.request('c99', 'n1', { type: 'read' }, () => {
        answered = true;
      });
      await b.sleep(200);
      expect(answered).toBe(false);
      await effect.heal();
      await b.until(() => answered);
    }));

  it('every overlapping pair of kill, pause, bit flip, cut and torn tail heals only itself', () =>
    bench({ ...transport, nodes: ['n1', 'n2'] }, async (b) => {
      const { faults } = b.cluster;
      const makers: Record<string, () => Promise<Effect>> = {
        kill: () => faults.kill(['n1']),
        pause: () => faults.pause(['n1']),
        'bit-flip': () => faults.disk(['n1'], { kind: 'bit-flip', position: 0.5 }),
        truncate: () => faults.disk(['n1'], { kind: 'truncate', position: 0.5 }),
        'torn-tail': () => faults.disk(['n1'], { kind: 'torn-tail' }),
      };
      await b.ask('n1', { type: 'append', item: 'a' });
      const names = Object.keys(makers);
      for (const first of names) {
        for (const second of names.slice(names.indexOf(first))) {
          for (const order of first === second ? [0] : [0, 1]) {
            const label = `${first} and ${second}, healing ${order === 0 ? first : second} first`;
            const effects = [await makers[first]!(), await makers[second]!()];
            expect(b.cluster.isDown('n1'), label).toBe(true);
            await effects[order]!.heal();
            await effects[order]!.heal();
            expect(b.cluster.isDown('n1'), label).toBe(true);
            expect(await silent(b, 'n1'), label).toBe(true);
            await effects[1 - order]!.heal();
            expect(await b.items('n1'), label).toEqual(['a']);
          }
        }
      }
      expect(b.events.filter((event) => event.kind === 'exit' && !event.fault)).toEqual([]);
      expect(b.events.filter((event) => event.node === 'n2' && event.kind === 'exit')).toEqual([]);
    }));

  it('refuses to serve a corrupt record, and says so', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'bit-flip', position: 0.9 });
      expect(b.cluster.isDown('n1')).toBe(true);
      expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining('checksum') });
      await effect.heal();
      expect(await b.items('n1')).toEqual(['a']);
    }));

  it('refuses to serve a log whose end is cut off, and has all of it when that is put back', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      for (const item of ['a', 'b', 'c']) await b.ask('n1', { type: 'append', item });
      const cuts = [];
      for (const position of [0.9, 0]) cuts.push(await b.cluster.faults.disk(['n1'], { kind: 'truncate', position }));
      for (const cut of cuts) {
        expect(b.cluster.isDown('n1')).toBe(true);
        expect(b.events.at(-1)).toMatchObject({
          kind: 'exit',
          fault: true,
          detail: expect.stringContaining('durable'),
        });
        await cut.heal();
      }
      expect(await b.items('n1')).toEqual(['a', 'b', 'c']);
    }));

  it.each(['full', 'read-only'] as const)(
    'a disk that is %s stops the node at its next write, until it heals',
    (kind) =>
      bench({ ...transport, nodes: ['n1'] }, async (b) => {
        await b.ask('n1', { type: 'append', item: 'a' });
        const effect = await b.cluster.faults.disk(['n1'], { kind });
        expect(await b.items('n1')).toEqual(['a']);
        expect(await silent(b, 'n1', { type: 'append', item: 'b' })).toBe(true);
        await b.until(() => b.cluster.isDown('n1'));
        expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining(kind) });
        await effect.heal();
        expect(await b.items('n1')).toEqual(['a']);
        expect(await b.ask('n1', { type: 'append', item: 'c' })).toMatchObject({ type: 'append_ok' });
      }),
  );

  it('a slow disk holds back what comes after a write; what waits for it is lost with lose-unsynced', () =>
    bench({ ...transport, nodes: ['n1', 'n2'] }, async (b) => {
      const slow = await b.cluster.faults.disk(['n1'], { kind: 'slow', delay: 60_000 });
      b.cluster.request('c-writer', 'n1', { type: 'append', item: 'a' }, () => expect.unreachable());
      expect(await b.items('n2')).toEqual([]);
      expect(await silent(b, 'n1')).toBe(true);
      const lose = await b.cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
      await slow.heal();
      await lose.heal();
      expect(await b.items('n1')).toEqual([]);
      expect(await b.ask('n1', { type: 'append', item: 'b' })).toMatchObject({ type: 'append_ok' });
    }));

  it('a volatile node answers at once and forgets', () =>
    bench({ ...transport, nodes: ['n1'], systemOptions: { bug: 'no-sync' } }, async (b) => {
      expect(await b.ask('n1', { type: 'append', item: 'a' })).toMatchObject({ type: 'append_ok' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
      await effect.heal();
      expect(await b.items('n1')).toEqual([]);
    }));

  it('drops a torn record and says so', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'torn-tail' });
      await effect.heal();
      expect(await b.items('n1')).toEqual(['a']);
      expect(b.events).toContainEqual(
        expect.objectContaining({ kind: 'note', detail: expect.stringContaining('torn') }),
      );
    }));

  it('clock faults add up, change timers in flight, survive a restart and heal one by one', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      const read = async () => (await b.ask('n1', { type: 'read' })) as Body & { now: number; ticks: number };
      const before = await read();
      const jump = await b.cluster.faults.clock(['n1'], { offset: 60_000 });
      const fast = await b.cluster.faults.clock(['n1'], { rate: 20 });
      await b.sleep(200);
      const during = await read();
      expect(during.now - before.now).toBeGreaterThan(64_000);
      expect(during.ticks - before.ticks).toBeGreaterThan(20);
      const kill = await b.cluster.faults.kill(['n1']);
      await kill.heal();
      expect((await read()).now - Date.now()).toBeGreaterThan(55_000);
      await jump.heal();
      await fast.heal();
      expect(Math.abs((await read()).now - Date.now())).toBeLessThan(30_000);
    }));

  it('an exit that no fault caused comes with the last lines of the log', () =>
    bench(transport, async (b) => {
      expect(await silent(b, 'n3', { type: 'throw' })).toBe(true);
      await b.until(() => b.cluster.isDown('n3'));
      const exit = { kind: 'exit', node: 'n3', fault: false, detail: 'the protocol threw' };
      expect(b.events).toContainEqual(expect.objectContaining(exit));
      const event = b.events.find((one) => one.kind === 'exit');
      expect(event?.kind === 'exit' && event.lines.join('\n')).toContain('Error: kaput');
    }));

  it('knows the leader from reports, not from a dead one', () =>
    bench(transport, async (b) => {
      await b.until(() => b.cluster.leader() === 'n2');
      await b.cluster.faults.kill(['n2']);
      expect(b.cluster.leader()).toBeNull();
    }));

  it('a late reply becomes a note', () =>
    bench({ ...transport, nodes: ['n1'] }, async (b) => {
      const pause = await b.cluster.faults.pause(['n1']);
      expect(await silent(b, 'n1')).toBe(true);
      await pause.heal();
      await b.until(() => b.events.some((event) => event.kind === 'note' && event.detail.includes('late read_ok')));
    }));
});
