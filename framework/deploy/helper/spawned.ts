// Starts programs of nodes: in a session of their own, without a shell, with the node's mark in their environment.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import { NODE_MARK } from './marks.js';
import type { NodeCommand } from './protocol.js';

/** Opens the file that takes a program's output; folders above it are made. Throws ChaosError('host-file'). */
export function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (error) {
    throw new ChaosError('host-file', `the log ${path} cannot be written (${codeOf(error)})`, {
      hint: 'The user on the host must be able to write there.',
      cause: error,
    });
  }
}

/** Resolves when the program runs. Throws ChaosError('not-started') with the reason when it cannot. */
export async function startProgram(
  ask: NodeCommand,
  run: string,
  stdio: StdioOptions,
  more: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const [program, ...args] = ask.command;
  const cwd = ask.cwd ?? '/';
  const child = spawn(program, args, {
    detached: true,
    stdio,
    cwd,
    env: { ...process.env, ...ask.env, ...more, [NODE_MARK]: `${run}/${ask.node}` },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(notStarted(program, cwd, error)));
  });
  child.on('error', () => {});
  return child;
}

function notStarted(program: string, cwd: string, error: Error): ChaosError {
  const code = codeOf(error);
  if (!isFolder(cwd)) {
    return new ChaosError('not-started', `${program} cannot be started: there is no folder ${cwd}`, {
      hint: 'Make the folder first, or name another one as its working directory.',
    });
  }
  const known = REASONS[code];
  return new ChaosError('not-started', `${program} cannot be started: ${known?.reason ?? error.message}`, {
    ...(known === undefined ? {} : { hint: known.hint }),
    cause: error,
  });
}

const REASONS: Readonly<Record<string, { reason: string; hint: string }>> = {
  ENOENT: {
    reason: 'there is no such program',
    hint: 'Install it on the host, or name it with its absolute path: the PATH there may be a short one.',
  },
  EACCES: { reason: 'it may not be executed', hint: 'Make it executable (chmod +x) for the user on the host.' },
  ENOEXEC: { reason: 'it is no program for this system', hint: 'A script needs a first line such as #!/bin/sh.' },
  E2BIG: { reason: 'its arguments and environment are too long', hint: 'Hand long text over in a file.' },
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code ?? error);
}
