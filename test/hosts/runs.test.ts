// Whole runs as a user makes them, in each world of hosts: the quickstart comes out valid, and defects that need no virtual time are
// found.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../framework/contracts/result.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/framework/cli/main.js');
const results = mkdtempSync(join(tmpdir(), 'chaos-runs-'));

afterAll(() => rmSync(results, { recursive: true, force: true }));

/** Runs a plan of the package with values of it set; resolves with what it printed and decided. */
async function run(plan: string, set: readonly string[]): Promise<{ code: number; said: string; result: RunResult }> {
  const args = [MAIN, 'run', plan, '--results', results, ...set.flatMap((value) => ['--set', value])];
  const { code, said } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 24 }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, said: error.stdout + error.stderr }),
  );
  const result = JSON.parse(readFileSync(join(results, 'latest/result.json'), 'utf8')) as RunResult;
  return { code, said, result };
}

describe('a run', () => {
  it.each(['lab', 'container'])('of the quickstart for a %s is valid', async (world) => {
    const { code, said, result } = await run(`plans/quickstart-${world}.yaml`, []);
    expect(code, said).toBe(0);
    expect(result.valid).toBe(true);
    // What was found of the hosts is shown.
    expect(said).toMatch(/^host +address/m);
    expect(result.coverage.faults.every(({ injected }) => injected > 0)).toBe(true);
  });

  it.each([
    ['stale-reads', []],
    ['ack-before-commit', []],
    ['no-sync', []],
    ['split-snapshot', ['system.with.snapshot-every=20']],
  ])('of Raft in the lab finds the planted bug %s', async (bug, more) => {
    const plan = `plans/raft/bugs/raft-${bug}.yaml`;
    const { code, said, result } = await run(plan, ['deploy=lab', 'timing.load=15s', ...more]);
    expect(code, said).toBe(0);
    expect(result.valid).toBe(false);
    expect(result.status).toBe('completed');
  });

  it('of Raft in the same storm without a bug finds nothing', async () => {
    const { code, said, result } = await run('plans/raft/raft-storm.yaml', ['deploy=lab', 'timing.load=15s']);
    expect(code, said).toBe(0);
    expect(result.valid).toBe(true);
  });
});
