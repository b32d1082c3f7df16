// npm run bench [-- NAME...]: every benchmark in a process of its own, one after the other, then one JSON table.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { ChaosError } from '../framework/contracts/error.js';
import type { BenchRow } from './row.js';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Files that are no benchmarks. */
const OTHERS = new Set(['main.js', 'partitions.js', 'row.js', 'store-local.js']);

type Row = BenchRow & { benchmark: string; met: boolean | null };

async function runOne(name: string): Promise<void> {
  const { rows } = (await import(pathToFileURL(`${here}${name}.js`).href)) as { rows: () => Promise<BenchRow[]> };
  process.stdout.write(JSON.stringify(await rows()));
}

function chosen(wanted: readonly string[]): string[] {
  const all = readdirSync(here)
    .filter((file) => file.endsWith('.js') && !OTHERS.has(file))
    .map((file) => file.slice(0, -'.js'.length));
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    const hint = `there are: ${all.join(', ')}`;
    throw new ChaosError('unknown-benchmark', `there is no benchmark ${unknown.join(', ')}`, { kind: 'usage', hint });
  }
  return wanted.length === 0 ? all : [...wanted];
}

/** Rows of one benchmark; null: it failed, and has said why. Its temporary files go with it, however it ends. */
async function measure(benchmark: string, results: string, signal: AbortSignal): Promise<Row[] | null> {
  // On the disk that runs write to: the system's temporary folder is often in memory.
  const scratch = mkdtempSync(join(results, '.bench-'));
  try {
    const args = ['--expose-gc', fileURLToPath(import.meta.url), '--one', benchmark];
    const env = { TMPDIR: scratch };
    const { exitCode, stdout } = await execa(process.execPath, args, {
      env,
      stdin: 'ignore',
      stderr: 'inherit',
      cancelSignal: signal,
      reject: false,
    });
    return exitCode === 0 ? (JSON.parse(stdout) as BenchRow[]).map((row) => judged(benchmark, row)) : null;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
}

function judged(benchmark: string, row: BenchRow): Row {
  const { target, value, better } = row;
  const met = target === undefined ? null : better === 'higher' ? value >= target : value <= target;
  return { benchmark, ...row, value: Number(value.toPrecision(4)), met };
}

/** Returns the names of the benchmarks that failed. */
async function runAll(wanted: readonly string[], signal: AbortSignal): Promise<string[]> {
  const names = chosen(wanted);
  const results = join(process.cwd(), 'results');
  mkdirSync(results, { recursive: true });
  const rows: Row[] = [];
  const failed: string[] = [];
  // Of the minute before: what else the machine was doing.
  const load = loadavg()[0];
  for (const benchmark of names) {
    if (signal.aborted) break;
    process.stderr.write(`${benchmark}…\n`);
    const measured = await measure(benchmark, results, signal);
    if (measured === null) failed.push(benchmark);
    else rows.push(...measured);
  }
  const machine = {
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load,
  };
  process.stdout.write(`${JSON.stringify({ machine, failed, rows }, null, 2)}\n`);
  return failed;
}

async function main(words: readonly string[]): Promise<number> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort());
  try {
    const failed = await runAll(words, controller.signal);
    for (const benchmark of failed) process.stderr.write(`FAILED: ${benchmark}\n`);
    return controller.signal.aborted ? 130 : failed.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    return 254;
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') await runOne(rest[0]!);
else process.exitCode = await main(process.argv.slice(2));
