// What the recorder writes, that it loads as it was recorded after any crash, and what a failing disk leaves behind.
import { ftruncateSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import type { FileCalls } from './line-file.js';
import { loadHistory } from './load.js';
import { Recorder } from './recorder.js';
import { anyCalls, eventsOf, everything, replay } from './testing/histories.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-recorder-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

function error(action: () => unknown): ChaosError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof ChaosError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

it('writes one object a line, in a fixed order', () => {
  const recorder = new Recorder({ file: path('lines.jsonl'), header: { seed: 7, nodes: ['n1'] } });
  recorder.nemesis(0, 'phase', { phase: 'load' });
  recorder.invoke(123, 0, 'read', 'x', null, 'n1');
  recorder.invoke(1_000_000_000, 1, 'cas', 5, [-1, 2147483647], undefined);
  recorder.complete(1_234_567_890_123, 0, 'ok', 'é"\n');
  recorder.complete(9_007_199_254_740_991, 1, 'fail', [-1, 2147483647], 'no "luck"');
  recorder.invoke(9_007_199_254_740_991, 2, 'write', undefined, [0, -0], undefined);
  recorder.close();
  recorder.close();
  expect(readFileSync(path('lines.jsonl'), 'utf8').split('\n')).toEqual([
    '{"format":1,"seed":7,"nodes":["n1"]}',
    '{"index":0,"time":0,"process":"nemesis","type":"info","f":"phase","value":{"phase":"load"}}',
    '{"index":1,"time":123,"process":0,"type":"invoke","f":"read","key":"x","value":null,"node":"n1"}',
    '{"index":2,"time":1000000000,"process":1,"type":"invoke","f":"cas","key":5,"value":[-1,2147483647]}',
    '{"index":3,"time":1234567890123,"process":0,"type":"ok","f":"read","key":"x","value":"é\\"\\n","node":"n1"}',
    '{"index":4,"time":9007199254740991,"process":1,"type":"fail","f":"cas","key":5,"value":[-1,2147483647],"error":"no \\"luck\\""}',
    '{"index":5,"time":9007199254740991,"process":2,"type":"invoke","f":"write","value":[0,-0]}',
    '',
  ]);
});

it('writes every width of number', () => {
  const recorder = new Recorder({ file: path('numbers.jsonl') });
  const times: number[] = [];
  for (let power = 1; power < 1e15; power *= 10) times.push(power - 1, power, power + 1);
  for (const [i, time] of times.entries())
    recorder.invoke(time, i, 'write', undefined, -(time % 2147483648), undefined);
  recorder.close();
  const lines = readFileSync(path('numbers.jsonl'), 'utf8').trim().split('\n').slice(1);
  const events = lines.map((line) => JSON.parse(line) as { time: number; value: number });
  expect(events.map(({ time }) => time)).toEqual(times);
  expect(events.map(({ value }) => value + 0)).toEqual(times.map((time) => -(time % 2147483648) + 0));
});

it('keeps everything in memory when there is no file', () => {
  const recorder = new Recorder({ file: null });
  recorder.invoke(1, 0, 'write', 'x', 1, 'n1');
  recorder.complete(2, 0, 'ok', 1);
  recorder.flush();
  recorder.close();
  expect([...recorder.history.operations()]).toHaveLength(1);
});

it('puts lines on disk by size, and all of them on a flush', () => {
  const file = path('chunks.jsonl');
  const recorder = new Recorder({ file });
  const big = 'x'.repeat(300_000);
  recorder.invoke(1, 0, 'write', 'x', 'small', 'n1');
  expect(readFileSync(file, 'utf8')).toBe('');
  recorder.flush();
  expect(loadHistory(file).history.length).toBe(1);
  recorder.complete(2, 0, 'ok', big);
  expect(eventsOf(loadHistory(file).history)[1]?.value).toBe(big);
  for (let i = 1; i < 2000; i++) recorder.invoke(i, i, 'write', 'x', i, 'n1');
  const loaded = loadHistory(file);
  expect(loaded.history.length).toBeGreaterThan(1000);
  expect(loaded.warnings).toEqual([]);
  recorder.close();
  expect(loadHistory(file).history.length).toBe(2001);
});

it('loads what was recorded, whatever it was', () => {
  const file = path('any.jsonl');
  fc.assert(
    fc.property(anyCalls(), (calls) => {
      const recorder = new Recorder({ file, header: { seed: 1 } });
      replay(calls, recorder);
      recorder.close();
      const loaded = loadHistory(file);
      expect(loaded.header).toEqual({ format: 1, seed: 1 });
      expect(loaded.warnings).toEqual([]);
      expect(everything(loaded.history)).toEqual(everything(recorder.history));
    }),
    { seed: 42, numRuns: 200 },
  );
});

it('loads a prefix after a crash at any byte', () => {
  const file = path('torn.jsonl');
  fc.assert(
    fc.property(anyCalls(), (calls) => {
      const recorder = new Recorder({ file, header: { name: 'é' } });
      replay(calls.slice(0, 12), recorder);
      recorder.close();
      const bytes = readFileSync(file);
      const all = eventsOf(recorder.history);
      for (let length = bytes.length; length > 0; length--) {
        truncateSync(file, length);
        const { history, warnings } = loadHistory(file);
        const whole = bytes.subarray(0, length).toString('latin1').split('\n').length - 2;
        // A line that lacks nothing but its newline is whole.
        const lacksNewline = bytes[length] === 10;
        expect(eventsOf(history)).toEqual(all.slice(0, Math.max(0, whole + (lacksNewline ? 1 : 0))));
        expect(warnings).toHaveLength(bytes[length - 1] === 10 || lacksNewline ? 0 : 1);
      }
    }),
    { seed: 7, numRuns: 6 },
  );
});

describe('a failing disk', () => {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  /** A disk with room for `space` bytes, that writes at most 1000 at a time. */
  function smallDisk(space: number): FileCalls & { truncated: number[] } {
    let left = space;
    const truncated: number[] = [];
    return {
      truncated,
      write: (fd, bytes, offset, length) => {
        if (left === 0) throw full();
        const count = writeSync(fd, bytes, offset, Math.min(length, left, 1000));
        left -= count;
        return count;
      },
      truncate: (fd, length) => {
        truncated.push(length);
        ftruncateSync(fd, length);
      },
      close: () => {},
    };
  }

  it.each([0, 1, 30, 5000, 65_536, 100_000])('keeps complete lines, with room for %i bytes', (space) => {
    const file = path(`full-${space}.jsonl`);
    const recorder = new Recorder({ file, calls: smallDisk(space) });
    let thrown: ChaosError | undefined;
    for (let i = 0; i < 3000; i++) {
      try {
        recorder.invoke(i, i, 'write', 'x', i, 'n1');
      } catch (problem) {
        expect(thrown).toBeUndefined();
        thrown = problem as ChaosError;
      }
    }
    recorder.close();
    expect(thrown?.code).toBe('history-write-failed');
    expect(thrown?.message).toContain('ENOSPC');
    expect(thrown?.hint).toContain('disk is full');
    expect(recorder.history.length).toBe(3000);
    const text = readFileSync(file, 'utf8');
    expect(text === '' || text.endsWith('}\n')).toBe(true);
    expect(text.length).toBeGreaterThan(space - 150);
    if (text !== '') {
      const { history, warnings } = loadHistory(file);
      expect(warnings).toEqual([]);
      expect(eventsOf(history)).toEqual(eventsOf(recorder.history).slice(0, history.length));
    }
  });

  it('goes on after partial writes', () => {
    const file = path('partial.jsonl');
    const recorder = new Recorder({ file, calls: smallDisk(10_000_000) });
    for (let i = 0; i < 3000; i++) recorder.invoke(i, i, 'write', 'x', i, 'n1');
    recorder.close();
    expect(loadHistory(file).history.length).toBe(3000);
  });

  it('names a device that is full at once, on closing at the latest', () => {
    const recorder = new Recorder({ file: '/dev/full' });
    recorder.invoke(1, 0, 'write', 'x', 1, 'n1');
    expect(error(() => recorder.close())).toMatchObject({ code: 'history-write-failed' });
    recorder.close();
    expect(recorder.history.length).toBe(1);
  });

  it('names a folder that is not there', () => {
    const problem = error(() => new Recorder({ file: path('nowhere/history.jsonl') }));
    expect(problem.code).toBe('history-write-failed');
    expect(problem.hint).toContain('does not exist');
  });
});

it('leaves no part of a line behind when a value cannot be written', () => {
  const file = path('value.jsonl');
  const recorder = new Recorder({ file });
  recorder.invoke(1, 0, 'write', 'x', 1, 'n1');
  expect(error(() => recorder.complete(2, 0, 'ok', [1n])).code).toBe('history-value');
  recorder.close();
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(loadHistory(file).history.length).toBe(1);
});
