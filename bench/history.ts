// How fast a history is recorded and loaded, each in a fresh process, beside JSON.parse alone and a bare write to the disk.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from './row.js';

const OPERATIONS = 1_000_000;
/** The best of a few counts: other work on the machine only ever adds. */
const ROUNDS = 3;

const RECORDER = import.meta.resolve('../framework/history/recorder.js');
const LOADER = import.meta.resolve('../framework/history/load.js');

/** A register workload: eight keys, reads, writes and cas, ten processes, a failure in sixteen. */
const RECORD = `
  const { Recorder } = await import(process.argv[1]);
  const file = process.argv[2] || null;
  const start = process.hrtime.bigint();
  const recorder = new Recorder({ file, header: { seed: 1 } });
  const keys = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'];
  const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
  let time = 0;
  for (let i = 0; i < ${OPERATIONS}; i += 10) {
    for (let p = 0; p < 10; p++) {
      const f = (i + p) % 3;
      const value = f === 0 ? null : f === 1 ? i + p : [i, i + p];
      recorder.invoke((time += 40123), p, f === 0 ? 'read' : f === 1 ? 'write' : 'cas', keys[(i + p) & 7], value, nodes[p % 5]);
    }
    for (let p = 0; p < 10; p++) {
      const f = (i + p) % 3;
      const value = f === 0 ? i : f === 1 ? i + p : [i, i + p];
      if ((i + p) % 16 === 0) recorder.complete((time += 40123), p, 'fail', value, 'precondition-failed');
      else recorder.complete((time += 40123), p, 'ok', value);
    }
  }
  recorder.close();
  process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e9));
`;

const LOAD = `
  const { loadHistory } = await import(process.argv[1]);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const start = process.hrtime.bigint();
  const { history } = loadHistory(process.argv[2]);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  // The high-water mark where there is one to read; what is loaded stays, so the memory in use afterwards is close to it.
  let peak = 0;
  try {
    const { readFileSync } = await import('node:fs');
    peak = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {}
  if (history.length !== ${2 * OPERATIONS}) throw new Error('events are missing');
  process.stdout.write(JSON.stringify([seconds, (Math.max(peak, process.memoryUsage().rss) - before) / 1e6]));
`;

const PARSE = `
  const { readFileSync } = await import('node:fs');
  const start = process.hrtime.bigint();
  let events = 0;
  for (const line of readFileSync(process.argv[2], 'utf8').split('\\n')) if (line !== '' && JSON.parse(line)) events++;
  process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e9));
`;

function inFreshProcess(script: string, module: string, file: string): string {
  const args = ['--expose-gc', '--input-type=module', '--eval', script, module, file];
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

function best<T>(measure: () => T, figure: (result: T) => number): T {
  let winner = measure();
  for (let i = 1; i < ROUNDS; i++) {
    const result = measure();
    if (figure(result) < figure(winner)) winner = result;
  }
  return winner;
}

/** Seconds that the operating system takes for the same bytes in the same chunks. */
function bareWrite(file: string, copy: string): number {
  const bytes = readFileSync(file);
  const start = process.hrtime.bigint();
  const fd = openSync(copy, 'w');
  for (let at = 0; at < bytes.length; at += 65536) writeSync(fd, bytes, at, Math.min(65536, bytes.length - at));
  closeSync(fd);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const file = join(folder, 'history.jsonl');
    const seconds = (script: string, module: string, path: string) =>
      best(() => Number(inFreshProcess(script, module, path)), Number);
    const write = seconds(RECORD, RECORDER, file);
    const memory = seconds(RECORD, RECORDER, '');
    const bare = bareWrite(file, join(folder, 'copy'));
    const [load, growth] = best(
      () => JSON.parse(inFreshProcess(LOAD, LOADER, file)) as [number, number],
      ([time]) => time,
    );
    const parse = seconds(PARSE, LOADER, file);
    return [
      { name: 'history: write 10^6 operations', value: write, unit: 's', target: 2, better: 'lower' },
      { name: 'history: record 10^6 operations in memory only', value: memory, unit: 's', better: 'lower' },
      { name: 'history: bare write of the same bytes', value: bare, unit: 's', better: 'lower' },
      { name: 'history: load 10^6 operations', value: load, unit: 's', target: 0.8, better: 'lower' },
      { name: 'history: memory grown by loading', value: growth, unit: 'MB', target: 200, better: 'lower' },
      { name: 'history: JSON.parse of the same lines alone', value: parse, unit: 's', better: 'lower' },
      { name: 'history: file of 10^6 operations', value: statSync(file).size / 1e6, unit: 'MB', better: 'lower' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
