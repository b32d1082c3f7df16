// Runs the small programs that configure a kernel: bounded in time and output, found also where only root's PATH has them.
import { spawn } from 'node:child_process';
import type { Command, Output } from '../../host/host.js';

export type Ran = Pick<Output, 'code' | 'stdout' | 'stderr'>;

/** Runs a command as root. Rejects only when it cannot be run at all, or does not end. */
export type Run = (
  command: Command,
  options?: { input?: string; env?: Readonly<Record<string, string>> },
) => Promise<Ran>;

const LIMIT = 10_000;
const MOST = 16 * 1024 * 1024;
const PLACES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Names folders, parted by colons, of tools that the host was given because its own lack something: they come before all others. */
export const TOOLS_VARIABLE = 'CHAOS_TOOLS';

const { [TOOLS_VARIABLE]: brought = '', PATH: path = '' } = process.env;
/** Folders in which programs are looked for. */
export const SEARCHED: readonly string[] = [brought, path, ...PLACES].filter((place) => place !== '');

/** Exit status of a shell that did not find a program. */
export const NOT_FOUND = 127;

/** On this host. A program that is not there gives the status 127, as in a shell. */
export const runHere: Run = ([program, ...args], { input = '', env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env, PATH: SEARCHED.join(':'), LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: LIMIT,
      killSignal: 'SIGKILL',
    });
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr);
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: NOT_FOUND, stdout: '', stderr: `${program}: not found` });
      else reject(error);
    });
    child.on('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
    // A program that ends without reading all of its input says why itself.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

function gather(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MOST) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}
