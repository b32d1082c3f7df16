// How long the quickstart on hosts takes in all, as a user waits for it: 30 s of load, 5 s of recovery, and everything around them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { BenchRow } from './row.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function seconds(world: string): Promise<number> {
  const results = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const began = performance.now();
    const plan = join(ROOT, `plans/quickstart-${world}.yaml`);
    const args = [join(ROOT, 'dist/framework/cli/main.js'), 'run', plan, '--quiet', '--results', results];
    await execa(process.execPath, args, { stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' });
    return (performance.now() - began) / 1000;
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

export async function rows(): Promise<BenchRow[]> {
  const row = { unit: 's', better: 'lower' as const, note: 'three Raft nodes, partitions and kills; report included' };
  return [
    { name: 'quickstart in a lab', value: await seconds('lab'), target: 50, ...row },
    { name: 'quickstart in containers', value: await seconds('container'), target: 65, ...row },
  ];
}
