// npm run bench [-- NAME...]: every benchmark in a process of its own, then one JSON table.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BenchRow } from './row.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** Files that are no benchmarks. */
const OTHERS = new Set(['main.js', 'row.js']);

async function runOne(name: string): Promise<void> {
  const { rows } = (await import(pathToFileURL(`${folder}${name}.js`).href)) as { rows: () => Promise<BenchRow[]> };
  process.stdout.write(JSON.stringify(await rows()));
}

function runAll(wanted: readonly string[]): number {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.js') && !OTHERS.has(file))
    .map((file) => file.slice(0, -'.js'.length))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  const rows: (BenchRow & { benchmark: string; met: boolean | null })[] = [];
  let failed = 0;
  for (const benchmark of names) {
    process.stderr.write(`${benchmark}…\n`);
    const args = ['--expose-gc', fileURLToPath(import.meta.url), '--one', benchmark];
    const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.status !== 0) {
      failed++;
      continue;
    }
    for (const row of JSON.parse(child.stdout) as BenchRow[]) {
      const { target, value, better } = row;
      const met = target === undefined ? null : better === 'higher' ? value >= target : value <= target;
      rows.push({ benchmark, ...row, value: Number(value.toPrecision(4)), met });
    }
  }
  const machine = {
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  process.stdout.write(`${JSON.stringify({ machine, rows }, null, 2)}\n`);
  return failed;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') await runOne(rest[0]!);
else process.exitCode = runAll(process.argv.slice(2)) === 0 ? 0 : 1;
