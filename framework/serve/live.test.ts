// Following a run in progress: whole lines only, each once; what is shown of them; and streams that end.
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../history/recorder.js';
import { Inside } from '../store/inside.js';
import { markRunning, unmarkRunning } from '../store/running.js';
import { openRunFolder } from '../store/store.js';
import { LiveState } from './live-state.js';
import { type Serving, serve } from './server.js';
import { Tail } from './tail.js';
import { ask, follow, type Stream } from './testing/ask.js';
import { Results, resultWith, STALE } from './testing/results.js';

let results: Results;
beforeEach(() => {
  results = new Results();
});
afterEach(() => results.remove());

const RUN = '20260102T030405Z-1';
const HEADER = '{"format":1,"plan":"x","nodes":["n1"],"seed":1}\n';

describe('a tail', () => {
  const tailOf = (text: string) => {
    const folder = results.run('a', RUN, { 'history.jsonl': text });
    return {
      file: join(folder, 'history.jsonl'),
      tail: new Tail(new Inside(results.path), ['a', RUN, 'history.jsonl']),
    };
  };

  it('gives every whole line once, whatever pieces it was written in', () => {
    const { file, tail } = tailOf('one\ntwo');
    const bytes = Buffer.from(' ends\nthrée\n漢字\nlast');
    const seen = tail.look() ?? [];
    for (const byte of bytes) {
      appendFileSync(file, Buffer.of(byte));
      seen.push(...(tail.look() ?? []));
    }
    expect(seen).toEqual(['one', 'two ends', 'thrée', '漢字']);
    expect(tail.look()).toEqual([]);
    tail.close();
  });

  it('waits for a file that is not there yet, and begins again with one that became shorter', () => {
    const { file, tail } = tailOf('');
    rmSync(file);
    expect(tail.look()).toEqual([]);
    writeFileSync(file, 'one\ntwo\n');
    expect(tail.look()).toEqual(['one', 'two']);
    truncateSync(file, 0);
    expect(tail.look()).toBeNull();
    appendFileSync(file, 'new\n');
    expect(tail.look()).toEqual(['new']);
    tail.close();
  });

  it('takes a large file in pieces, of a huge one the end, and leaves out a line without end', () => {
    const { file, tail } = tailOf(`first\n${'x'.repeat(5 << 20)}`);
    tail.look();
    expect(tail.behind).toBe(true);
    tail.look();
    appendFileSync(file, `${'x'.repeat(5 << 20)}\nafter\n`);
    const seen: string[] = [];
    do seen.push(...(tail.look() ?? []));
    while (tail.behind);
    expect(seen).toEqual(['after']);
    tail.close();
    truncateSync(file, 200 << 20);
    appendFileSync(file, '\nlast\n');
    do seen.push(...(tail.look() ?? []));
    while (tail.behind);
    expect([tail.partial, seen]).toEqual([true, ['after', 'last']]);
    tail.close();
  });
});

describe('the state', () => {
  it('counts what the recorder writes', () => {
    const folder = results.run('a', RUN, {});
    const file = join(folder, 'history.jsonl');
    const recorder = new Recorder({ file, header: { nodes: ['n1', 'n2'] } });
    recorder.nemesis(0, 'phase', { phase: 'load' });
    for (let i = 0; i < 40; i++) {
      recorder.invoke(i * 1e8, i, i % 2 === 0 ? 'read' : 'wr"ite', 'k', { '"type":"info"': 1 }, 'n1');
      if (i % 10 === 9) recorder.complete(i * 1e8 + 5, i, 'info', null, 'timeout');
      else if (i % 10 === 8) recorder.complete(i * 1e8 + 5, i, 'fail', null, 'precondition-failed: it is another');
      else recorder.complete(i * 1e8 + 5, i, 'ok', null);
    }
    const fault = { id: 1, targets: ['n1', 'n2'], requested: 1e9, effective: 1.5e9 };
    recorder.nemesis(4e9, 'partition', { ...fault, phase: 'inject' });
    recorder.nemesis(4e9, 'kill', { ...fault, id: 2, phase: 'inject' });
    recorder.nemesis(4.1e9, 'kill', { ...fault, id: 2, phase: 'heal' });
    recorder.nemesis(4.2e9, 'kill', { ...fault, id: 3, phase: 'skip' });
    recorder.close();
    const tail = new Tail(new Inside(results.path), ['a', RUN, 'history.jsonl']);
    const state = new LiveState();
    for (const line of tail.look() ?? []) state.history(line);
    tail.close();
    expect(state.phase).toEqual({ name: 'load', since: 0 });
    expect(Object.fromEntries(state.functions)).toEqual({
      read: { asked: 20, ok: 16, fail: 4, info: 0 },
      'wr"ite': { asked: 20, ok: 16, fail: 0, info: 4 },
    });
    expect([...state.faults.values()]).toEqual([{ name: 'partition', targets: ['n1', 'n2'], since: 1.5e9 }]);
    expect(state.seconds()).toEqual(Array(4).fill({ ok: 8, fail: 1, info: 1 }));
    // A refusal that only a working store gives is no error.
    expect(state.errors.map(({ text }) => text)).toEqual(Array(4).fill('wr"ite at n1: info, timeout'));
    expect(state.nodes).toEqual(['n1', 'n2']);
  });

  it('tells of nodes what is news', () => {
    const state = new LiveState();
    const report = (node: string, role: string, term: number) => ({
      time: 1,
      node,
      kind: 'report',
      state: { role, term },
    });
    for (const event of [
      { time: 1, node: 'n1', kind: 'start' },
      report('n1', 'leader', 3),
      report('n1', 'leader', 3),
      report('n2', 'follower', 3),
      { time: 2, node: 'n1', kind: 'exit', fault: false, detail: 'code 1', lines: [] },
      { time: 2, node: 'n2', kind: 'exit', fault: true, detail: 'killed', lines: [] },
    ]) {
      state.event(JSON.stringify(event));
    }
    expect(state.events.map(({ text, tone }) => [text, tone])).toEqual([
      ['n1 started', ''],
      ['n1 leads term 3', ''],
      ['n1 ended: code 1', 'bad'],
      ['n2 ended: killed', ''],
    ]);
  });

  it('stays small whatever it is told', () => {
    const state = new LiveState();
    for (const junk of [
      '',
      'null',
      '[]',
      '{"time":"x"}',
      '{"time":1,"type":"ok","f":3}',
      '{',
      '"x"',
      '{"process":"nemesis","time":1,"type":"info","f":"x","value":7}',
    ]) {
      state.history(junk);
      state.event(junk);
    }
    for (let i = 0; i < 3000; i++) {
      state.history(
        `{"index":${i},"time":${i}000000000,"process":1,"type":"fail","f":"f${i}","error":"${'e'.repeat(1000)}"}`,
      );
      state.history(
        JSON.stringify({
          time: 1,
          process: 'nemesis',
          type: 'info',
          f: 'x'.repeat(9999),
          value: { id: i, phase: 'inject', targets: Array(999).fill('n') },
        }),
      );
      state.event(JSON.stringify({ time: i, node: `n${i}`, kind: 'note', detail: 'd'.repeat(9999) }));
    }
    const held = { ...state, functions: [...state.functions], faults: [...state.faults], seconds: state.seconds() };
    expect(JSON.stringify(held).length).toBeLessThan(200_000);
    expect(state.seconds()).toHaveLength(120);
  });
});

describe('a run in progress', () => {
  let serving: Serving;
  const streams: Stream[] = [];
  beforeEach(async () => {
    serving = await serve({ folder: results.path, host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await serving.close();
  });

  const watch = () => {
    const stream = follow(serving.port, `/live/a/${RUN}`);
    streams.push(stream);
    return stream;
  };
  const begin = () => {
    const folder = results.run('a', RUN, { 'history.jsonl': HEADER });
    markRunning(openRunFolder(folder), { started: new Date(), load: 10_000, recover: 1000 });
    return folder;
  };
  const seen = async (stream: Stream, holds: (event: Stream['events'][number]) => boolean) => {
    for (let turn = 0; turn < 400; turn++) {
      const found = stream.events.find(holds);
      if (found !== undefined) return found.data;
      await sleep(25);
    }
    throw new Error(`never seen: ${JSON.stringify(stream.events.at(-1))}`);
  };

  it('is followed from its first line to its verdict, by as many as look on', async () => {
    const folder = begin();
    const file = join(folder, 'history.jsonl');
    const [one, other] = [watch(), watch()];
    await seen(one, ({ data }) => data['stage'] === 'The cluster is being made and started');
    appendFileSync(
      file,
      '{"index":0,"time":0,"process":"nemesis","type":"info","f":"phase","value":{"phase":"load"}}\n',
    );
    appendFileSync(
      file,
      '{"index":1,"time":1000,"process":1,"type":"invoke","f":"read","value":null}\n{"index":2,"time":50000',
    );
    const early = await seen(other, ({ data }) => JSON.stringify(data['counts']) === '[["read","1","0","0","0"]]');
    expect(early).toMatchObject({ stage: 'Clients work, faults strike', share: expect.any(Number) });
    appendFileSync(file, '00000,"process":1,"type":"ok","f":"read","value":7}\n');
    const late = watch();
    for (const stream of [one, other, late]) {
      expect(
        await seen(stream, ({ data }) => JSON.stringify(data['counts']) === '[["read","1","1","0","0"]]'),
      ).toMatchObject({ share: 0.5 });
    }
    results.run('a', RUN, { 'result.json': resultWith(STALE) });
    unmarkRunning(openRunFolder(folder));
    for (const stream of [one, other, late]) {
      const end = await seen(stream, ({ name }) => name === 'end');
      expect(end).toEqual({ title: 'Invalid', verdict: 'Invalid: stale-read found by linearizable.', tone: 'bad' });
      await stream.ended;
    }
  });

  it('that dies is told', async () => {
    const folder = begin();
    const stream = watch();
    await seen(stream, ({ name }) => name === 'state');
    writeFileSync(join(folder, 'running.json'), JSON.stringify({ ...JSON.parse('{"pid":1,"ticks":-1}'), host: 'x' }));
    rmSync(join(folder, 'history.jsonl'));
    expect(await seen(stream, ({ name }) => name === 'end')).toMatchObject({ title: 'No verdict: died', tone: 'bad' });
  });

  it('that goes away is told', async () => {
    const folder = begin();
    const stream = watch();
    await seen(stream, ({ name }) => name === 'state');
    rmSync(folder, { recursive: true });
    expect(await seen(stream, ({ name }) => name === 'end')).toMatchObject({ title: 'Gone' });
  });

  it('that is over says so at once; one that is not there is not found', async () => {
    results.run('a', RUN, { 'result.json': resultWith() });
    const stream = watch();
    expect(await seen(stream, ({ name }) => name === 'end')).toMatchObject({ title: 'Valid' });
    expect((await ask(serving.port, '/live/a/20260102T030406Z-1')).status).toBe(404);
  });

  it('is shown to a bounded number of clients', async () => {
    begin();
    const all = Array.from({ length: 64 }, watch);
    expect(new Set(await Promise.all(all.map(({ status }) => status)))).toEqual(new Set([200]));
    const refused = await ask(serving.port, `/live/a/${RUN}`);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    all[0]!.close();
    const again = async () => {
      const stream = watch();
      return stream.status;
    };
    for (let turn = 0; turn < 100 && (await again()) !== 200; turn++) await sleep(20);
    expect(await streams.at(-1)!.status).toBe(200);
  });

  it('does not keep the server from ending', async () => {
    begin();
    const stream = watch();
    expect(await stream.status).toBe(200);
    await serving.close();
    await stream.ended;
  });
});
