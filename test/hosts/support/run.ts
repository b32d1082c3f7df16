// Runs plans of the package as a user does, and tells what came of it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import type { RunResult } from '../../../framework/contracts/result.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = join(ROOT, 'dist/framework/cli/main.js');
const results = mkdtempSync(join(tmpdir(), 'chaos-runs-'));

afterAll(() => rmSync(results, { recursive: true, force: true }));

/** Runs a plan of the package with values of it set; resolves with what it printed and decided. */
export async function run(
  plan: string,
  set: readonly string[],
): Promise<{ code: number; said: string; result: RunResult }> {
  const args = [MAIN, 'run', plan, '--results', results, ...set.flatMap((value) => ['--set', value])];
  const { code, said } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 24 }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, said: error.stdout + error.stderr }),
  );
  const result = JSON.parse(readFileSync(join(results, 'latest/result.json'), 'utf8')) as RunResult;
  return { code, said, result };
}
