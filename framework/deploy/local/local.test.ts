import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineSystem } from '../../contracts/define.js';
import { bench } from './testing/bench.js';
import { alive } from './testing/processes.js';

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

  it('takes along what a node has started itself', () =>
    bench({ idle: true, nodes: ['n1'], system: forking }, async (b) => {
      await b.cluster.start();
      const child = Number((await b.ask('n1', { type: 'child' }))?.['pid']);
      expect(alive(child)).toBe(true);
      await b.cluster.stop();
      expect(alive(child)).toBe(false);
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
