// Runs commands of this machine that talk to a container engine: bounded in time, and in a process group of their own, so that Ctrl-C
// in a terminal does not leave half a container behind.
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import type { Milliseconds } from '../../contracts/time.js';

export interface CliOptions {
  env?: Readonly<Record<string, string>>;
  input?: Readable;
  /** 60 s where it is left out. */
  timeout?: Milliseconds;
  /** Ends the command; `said` is then what it had said. */
  signal?: AbortSignal;
}

/** How a command ended. `code` is null when it was not found, took too long, or was ended. */
export interface Said {
  code: number | null;
  stdout: string;
  /** One text: what it wrote to stderr, or why it could not be run. */
  stderr: string;
  /** There is no such program. */
  missing: boolean;
}

export async function runCli(command: readonly string[], options: CliOptions = {}): Promise<Said> {
  const [program = '', ...args] = command;
  const { env, input, timeout = 60_000, signal } = options;
  const ended = await execa(program, args, {
    reject: false,
    detached: true,
    timeout,
    forceKillAfterDelay: 2_000,
    maxBuffer: 16 * 1024 * 1024,
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const why = ended.timedOut ? `no answer within ${timeout / 1000} s` : (ended.shortMessage ?? '');
  return {
    code: ended.exitCode ?? null,
    stdout: String(ended.stdout ?? ''),
    stderr: String(ended.stderr ?? '').trim() || (ended.failed ? why : ''),
    missing: ended.failed && ended.code === 'ENOENT',
  };
}
