import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../contracts/cluster.js';
import { defineSystem } from '../../contracts/define.js';
import type { Body } from '../../contracts/message.js';
import { type Bench, bench } from './testing/bench.js';
import { alive } from './testing/processes.js';

/** The node does not answer, for as long as is worth waiting. */
const silent = async (b: Bench, node: string, request: Body = { type: 'read' }) =>
  (await b.ask(node, request, 60)) === null;

/** A program whose child ignores everything polite and outlives it. */
const forking = defineSystem({
  name: 'forking',
  summary: '',
  workloads: [],
  program: () => ({
    command: process.execPath,
    args: [
      '-e',
      `const { spawn } = require('node:child_process');
       const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
       require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
         const { src, dest, body } = JSON.parse(line);
         const reply = { type: body.type + '_ok', in_reply_to: body.msg_id, pid: child.pid };
         console.log(JSON.stringify({ src: dest, dest: src, body: reply }));
       });`,
    ],
  }),
});

describe('local cluster', () => {
  it('answers, logs, and remembers across a kill what it acknowledged', () =>
    bench({}, async (b) => {
      expect(await b.ask('n1', { type: 'append', item: 'grüße "\\\n' })).toMatchObject({ type: 'append_ok' });
      const effect = await b.cluster.faults.kill(['n1']);
      expect(b.cluster.isDown('n1')).toBe(true);
      expect(await silent(b, 'n1')).toBe(true);
      await effect.heal();
      expect(b.cluster.isDown('n1')).toBe(false);
      expect(await b.items('n1')).toEqual(['grüße "\\\n']);
      expect(b.events.filter((event) => event.kind === 'exit')).toMatchObject([{ node: 'n1', fault: true }]);
      const log = readFileSync(`${b.folder}/n1/node.log`, 'utf8');
      expect(log).toMatch(/^\d+\.\d{6} recovered 0 items\n\d+\.\d{6} recovered 1 items\n$/);
    }));

  it('leaves no process behind, whatever state its nodes are in', () =>
    bench({}, async (b) => {
      const pids = b.cluster
        .describe()
        .flatMap((line) => /process (\d+)/.exec(line)?.[1] ?? [])
        .map(Number);
      expect(pids).toHaveLength(3);
      expect(pids.every(alive)).toBe(true);
      await b.cluster.faults.pause(['n1']);
      await b.cluster.faults.kill(['n2']);
      await b.cluster.stop();
      expect(pids.some(alive)).toBe(false);
      expect(b.cluster.describe()).toEqual([]);
    }));

  it('may be stopped while it starts', () =>
    bench({ idle: true }, async (b) => {
      const started = b.cluster.start();
      await b.until(() => b.cluster.describe().length > 0);
      await b.cluster.stop();
      await started;
      expect(b.cluster.describe()).toEqual([]);
    }));

  it('takes along what a node has started itself', () =>
    bench({ idle: true, nodes: ['n1'], system: forking }, async (b) => {
      await b.cluster.start();
      const child = Number((await b.ask('n1', { type: 'child' }))?.['pid']);
      expect(alive(child)).toBe(true);
      await b.cluster.stop();
      expect(alive(child)).toBe(false);
    }));

  it('keeps nothing on disk without a folder, but the logs are known', () =>
    bench({ noFolder: true, nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 1 });
      await b.cluster.stop();
      expect([...b.cluster.log('n1')]).toEqual([expect.stringContaining('recovered 0 items')]);
      expect(existsSync(`${b.folder}/n1`)).toBe(false);
    }));

  it('carries messages between nodes; cuts are one-way and counted', () =>
    bench({}, async (b) => {
      const { faults } = b.cluster;
      const ping = async (from: string, to: string, text: string) => {
        await b.ask(from, { type: 'ping', to, text });
        // The answer of the ping and the ping itself leave together; one more round is enough to know its fate.
        return b.items(to);
      };
      expect(await ping('n1', 'n2', 'a')).toEqual(['a']);
      const cut = await faults.cut([['n1', 'n2']]);
      const both = await faults.cut([
        ['n1', 'n2'],
        ['n2', 'n1'],
      ]);
      expect(await ping('n1', 'n2', 'lost')).toEqual(['a']);
      await cut.heal();
      await cut.heal();
      expect(await ping('n1', 'n2', 'lost')).toEqual(['a']);
      expect(await ping('n2', 'n1', 'lost')).toEqual([]);
      await both.heal();
      expect(await ping('n1', 'n2', 'b')).toEqual(['a', 'b']);
    }));

  it('delays, duplicates and loses on one link only', () =>
    bench({}, async (b) => {
      const slow = await b.cluster.faults.degrade([['n1', 'n2']], { delay: { distribution: 'constant', mean: 150 } });
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'late' });
      expect(await b.items('n2')).toEqual([]);
      await b.until(async () => JSON.stringify(await b.items('n2')) === '["late"]');
      await slow.heal();
      const twice = await b.cluster.faults.degrade([['n1', 'n2']], { duplicate: 1 });
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'x' });
      expect(await b.items('n2')).toEqual(['late', 'x', 'x']);
      await twice.heal();
      await b.cluster.faults.degrade([['n1', 'n2']], { loss: 1 });
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'y' });
      await b.ask('n3', { type: 'ping', to: 'n2', text: 'z' });
      expect(await b.items('n2')).toEqual(['late', 'x', 'x', 'z']);
    }));

  it('delays every message, those of clients too, when the plan gives a latency', () =>
    bench({ latency: 60, nodes: ['n1'] }, async (b) => {
      const before = process.hrtime.bigint();
      expect(await b.ask('n1', { type: 'read' })).toMatchObject({ type: 'read_ok' });
      expect(Number(process.hrtime.bigint() - before) / 1e6).toBeGreaterThan(115);
    }));

  it('a frozen node handles everything when it wakes, nothing before', () =>
    bench({ nodes: ['n1'] }, async (b) => {
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

  it('drops what nodes send to one that does not read, and remembers no more than a bound', () =>
    bench({}, async (b) => {
      const effect = await b.cluster.faults.pause(['n2']);
      for (let i = 0; i < 30; i++) await b.ask('n1', { type: 'flood', to: 'n2', times: 1000 });
      const note = { kind: 'note', node: 'n2', detail: expect.stringContaining('dropped') };
      expect(b.events).toContainEqual(expect.objectContaining(note));
      expect(await b.items('n3')).toEqual([]);
      await effect.heal();
      expect(await b.ask('n2', { type: 'read' })).toMatchObject({ type: 'read_ok' });
    }));

  it('every overlapping pair of kill, pause, bit flip and torn tail heals only itself', () =>
    bench({ nodes: ['n1', 'n2'] }, async (b) => {
      const { faults } = b.cluster;
      const makers: Record<string, () => Promise<Effect>> = {
        kill: () => faults.kill(['n1']),
        pause: () => faults.pause(['n1']),
        'bit-flip': () => faults.disk(['n1'], { kind: 'bit-flip', position: 0.5 }),
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

  it('a cut outlives kill and restart, and heals beside a pause', () =>
    bench({ nodes: ['n1', 'n2'] }, async (b) => {
      const { faults } = b.cluster;
      const cut = await faults.cut([['n1', 'n2']]);
      const kill = await faults.kill(['n1']);
      await kill.heal();
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'x' });
      expect(await b.items('n2')).toEqual([]);
      const pause = await faults.pause(['n2']);
      await cut.heal();
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'y' });
      expect(b.cluster.isDown('n2')).toBe(true);
      await pause.heal();
      expect(await b.items('n2')).toEqual(['y']);
    }));

  it('refuses to serve a corrupt record, and says so', () =>
    bench({ nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'bit-flip', position: 0.9 });
      expect(b.cluster.isDown('n1')).toBe(true);
      expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining('checksum') });
      await effect.heal();
      expect(await b.items('n1')).toEqual(['a']);
    }));

  it('a full disk stops the node at its next write; healing starts it with what was durable', () =>
    bench({ nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'full' });
      expect(await b.items('n1')).toEqual(['a']);
      expect(await silent(b, 'n1', { type: 'append', item: 'b' })).toBe(true);
      await b.until(() => b.cluster.isDown('n1'));
      expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining('full') });
      await effect.heal();
      expect(await b.items('n1')).toEqual(['a']);
      expect(await b.ask('n1', { type: 'append', item: 'c' })).toMatchObject({ type: 'append_ok' });
    }));

  it('a slow disk holds back what comes after a write; what waits for it is lost with lose-unsynced', () =>
    bench({ nodes: ['n1', 'n2'] }, async (b) => {
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
    bench({ nodes: ['n1'], systemOptions: { bug: 'no-sync' } }, async (b) => {
      expect(await b.ask('n1', { type: 'append', item: 'a' })).toMatchObject({ type: 'append_ok' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
      await effect.heal();
      expect(await b.items('n1')).toEqual([]);
    }));

  it('drops a torn record and says so', () =>
    bench({ nodes: ['n1'] }, async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'torn-tail' });
      await effect.heal();
      expect(await b.items('n1')).toEqual(['a']);
      expect(b.events).toContainEqual(
        expect.objectContaining({ kind: 'note', detail: expect.stringContaining('torn') }),
      );
    }));

  it('clock faults add up, change timers in flight, survive a restart and heal one by one', () =>
    bench({ nodes: ['n1'] }, async (b) => {
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
    bench({}, async (b) => {
      expect(await silent(b, 'n3', { type: 'throw' })).toBe(true);
      await b.until(() => b.cluster.isDown('n3'));
      const exit = { kind: 'exit', node: 'n3', fault: false, detail: 'the protocol threw' };
      expect(b.events).toContainEqual(expect.objectContaining(exit));
      const event = b.events.find((one) => one.kind === 'exit');
      expect(event?.kind === 'exit' && event.lines.join('\n')).toContain('Error: kaput');
    }));

  it('knows the leader from reports, not from a dead one', () =>
    bench({}, async (b) => {
      await b.until(() => b.cluster.leader() === 'n2');
      await b.cluster.faults.kill(['n2']);
      expect(b.cluster.leader()).toBeNull();
    }));

  it('a late reply becomes a note', () =>
    bench({ nodes: ['n1'] }, async (b) => {
      const pause = await b.cluster.faults.pause(['n1']);
      expect(await silent(b, 'n1')).toBe(true);
      await pause.heal();
      await b.until(() => b.events.some((event) => event.kind === 'note' && event.detail.includes('late read_ok')));
    }));

  it('nodes may call services', () =>
    bench({ nodes: ['n1'], services: ['lin-kv'] }, async (b) => {
      await b.ask('n1', { type: 'ask', dest: 'lin-kv', request: { type: 'write', key: 'k', value: [1] } });
      await b.ask('n1', { type: 'ask', dest: 'lin-kv', request: { type: 'read', key: 'k' } });
      await b.until(async () => ((await b.items('n1')) as unknown[]).length === 2);
      expect(await b.items('n1')).toMatchObject([{ type: 'write_ok' }, { type: 'read_ok', value: [1] }]);
    }));

  it('records every message when asked, with its fate', () =>
    bench({ logMessages: true }, async (b) => {
      await b.cluster.faults.cut([['n1', 'n2']]);
      await b.ask('n1', { type: 'ping', to: 'n2', text: 'x' });
      await b.cluster.stop();
      const lines = readFileSync(`${b.folder}/messages.jsonl`, 'utf8').trim().split('\n');
      const messages = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(messages).toContainEqual(expect.objectContaining({ src: 'n1', dest: 'n2', delays: [] }));
      expect(messages).toContainEqual(expect.objectContaining({ src: 'c0', dest: 'n1', delays: [0] }));
      expect(messages).toContainEqual(expect.objectContaining({ src: 'n1', dest: 'c0', delays: [0] }));
    }));
});
