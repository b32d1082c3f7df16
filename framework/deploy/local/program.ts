// Says why a program cannot be started, and what to do about it, before or after the operating system was asked.
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename, delimiter, extname, join, resolve } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import type { Program } from '../../contracts/system.js';

/** Interpreters for files that people forget to make executable. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  '.py': 'python3',
  '.js': 'node',
  '.mjs': 'node',
  '.rb': 'ruby',
};

const WORDS = 'No shell splits it into words: arguments go into args, as in bin: python3 with args: [./node.py].';

function refuse(message: string, hint: string): never {
  throw new ChaosError('program-not-startable', message, { hint });
}

/** Throws ChaosError('program-not-startable') unless `command` names an executable file, by path or on the PATH. */
export function checkProgram({ command: name, cwd = process.cwd() }: Program): void {
  checkFolder(cwd);
  if (!name.includes('/')) {
    checkOnPath(name, cwd);
    return;
  }
  const command = resolve(cwd, name);
  if (!existsSync(command)) refuse(`${command} does not exist`, missingRemedy(command));
  if (statSync(command).isDirectory()) refuse(`${command} is a folder`, 'Name the program inside it.');
  if (!executable(command)) refuse(`${command} is not executable`, remedyFor(command));
  const interpreter = INTERPRETERS[extname(command)];
  if (interpreter !== undefined && !hasShebang(command)) {
    refuse(
      `${command} has no #! line, so the system cannot start it`,
      `Make "#!/usr/bin/env ${interpreter}" its first line, or use bin: ${interpreter} with args: [${command}].`,
    );
  }
}

/** What went wrong when the operating system refused to start a program that looked right. */
export function startFailure(command: string, error: Error): ChaosError {
  const { code } = error as NodeJS.ErrnoException;
  const hint =
    code === 'ENOENT'
      ? 'The interpreter in its #! line is missing.'
      : code === 'ENOEXEC'
        ? 'It is not a program of this machine, or a script without a #! line.'
        : 'Try it by hand: it must run without arguments other than those in the plan.';
  return new ChaosError('program-not-startable', `cannot start ${command}: ${code ?? error.message}`, { hint });
}

/** A missing working directory would look like a missing program. */
function checkFolder(cwd: string): void {
  const stats = statSync(cwd, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return;
  const what = stats === undefined ? 'does not exist' : 'is no folder';
  refuse(`the working directory ${cwd} ${what}`, 'A path in a plan is relative to the file it is written in.');
}

function missingRemedy(command: string): string {
  if (/\s/.test(command)) return WORDS;
  const here = resolve(basename(command));
  const relative = 'A path in a plan is relative to the file it is written in.';
  return existsSync(here) ? `${relative} There is ${here}.` : relative;
}

function checkOnPath(command: string, cwd: string): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((folder) => executable(join(folder, command)))) return;
  const here = existsSync(resolve(cwd, command));
  refuse(
    `there is no program ${command} on the PATH`,
    /\s/.test(command)
      ? WORDS
      : here
        ? `To run the file in ${cwd}, write ./${command}.`
        : 'Install it, or give its path.',
  );
}

function remedyFor(command: string): string {
  const interpreter = INTERPRETERS[extname(command)];
  const chmod = `Run: chmod +x ${command}`;
  return interpreter === undefined
    ? chmod
    : `${chmod} (${basename(command)} then needs "#!/usr/bin/env ${interpreter}" as its first line), or use bin: ${interpreter} with args: [${command}].`;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function hasShebang(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(2);
    return readSync(fd, start, 0, 2, 0) === 2 && start.toString('latin1') === '#!';
  } finally {
    closeSync(fd);
  }
}
