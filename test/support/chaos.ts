// Runs the built program as a user does, in a folder of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const MAIN = join(ROOT, 'dist/framework/cli/main.js');

export interface Finished {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  /** What was printed to standard error so far. */
  err(): string;
  done: Promise<Finished>;
}

export interface StartOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Options of Node itself. */
  node?: string[];
}

export function start(args: readonly string[], { cwd, env = {}, node = [] }: StartOptions): Running {
  const child = spawn(process.execPath, [...node, MAIN, ...args], {
    cwd,
    env: { ...process.env, CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const done = new Promise<Finished>((resolveDone, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolveDone({ code, out, err }));
  });
  return { child, err: () => err, done };
}

export function chaos(args: readonly string[], options: StartOptions): Promise<Finished> {
  return start(args, options).done;
}

/** A temporary folder with files in it, removed by `remove`. */
export class Workspace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'chaos-test-')));

  file(name: string, text: string, mode?: number): string {
    const path = join(this.path, name);
    writeFileSync(path, text, mode === undefined ? {} : { mode });
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  /** The folder of the only run of a plan. */
  run(planId: string): string {
    const folder = join(this.path, 'results', planId);
    const [run] = readdirSync(folder).filter((name) => name !== 'latest');
    if (run === undefined) throw new Error(`no run in ${folder}`);
    return join(folder, run);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Waits until a condition holds; the limit is for a broken program only. */
export async function until(condition: () => boolean, limit = 20_000): Promise<void> {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Processes whose command line mentions a text. */
export function processes(text: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes('ps -eo'));
}
