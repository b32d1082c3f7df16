// Runs a tool of the machine to its end: arguments as a list, bounded in time.
import { type ChildProcess, execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';

/** Where tools of the system are, also when the path of a plain user does not say so. */
export const TOOL_PATH = [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  ...['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'],
].join(delimiter);

/** The environment of everything that belongs to a lab: nothing of the user's but where programs are. */
export const TOOL_ENV: Readonly<Record<string, string>> = { PATH: TOOL_PATH, LC_ALL: 'C.UTF-8' };

export interface Ran {
  /** Null when it was ended by a signal or could not be started. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export function attempt(command: readonly string[], input = '', timeout: Milliseconds = 10_000): Promise<Ran> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(
      program,
      args,
      { env: TOOL_ENV, timeout, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr: stderr || (error === null || code !== null ? '' : error.message) });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** As `attempt`, but rejects with ChaosError('lab-tool') when it did not end with 0; `what` says what was to be done. */
export async function must(command: readonly string[], what: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, input);
  if (code === 0) return stdout;
  throw new ChaosError('lab-tool', `${what}: ${firstLine(stderr) || `${command[0]} ended with ${code ?? 'a signal'}`}`);
}

/** What a tool complained about, in one line. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
