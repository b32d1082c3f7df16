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

/** How a plan writes a program with an argument. */
export type Spelling = (program: string, argument: string) => string;

const BIN: Spelling = (program, argument) => `bin: ${program} with args: [${argument}]`;

function refuse(message: string, hint: string): never {
  throw new ChaosError('program-not-startable', message, { hint });
}

/** Throws ChaosError('program-not-startable') unless `command` names an executable file, by path or on the PATH. */
export function checkProgram({ command: name, cwd = process.cwd() }: Program, spelling: Spelling = BIN): void {
  checkFolder(cwd);
  if (!name.includes('/')) {
    checkOnPath(name, cwd, spelling);
    return;
  }
  const command = resolve(cwd, name);
  if (!existsSync(command)) refuse(`${command} does not exist`, missingRemedy(command, spelling));
  if (statSync(command).isDirectory()) refuse(`${command} is a folder`, 'Name the program inside it.');
  if (!executable(command)) refuse(`${command} is not executable`, remedyFor(command, spelling));
  const line = shebang(command);
  const interpreter = INTERPRETERS[extname(command)];
  if (line !== null) checkInterpreter(command, line, spelling);
  else if (interpreter !== undefined) {
    refuse(
      `${command} has no #! line, so the system cannot start it`,
      `Make "#!/usr/bin/env ${interpreter}" its first line, or use ${spelling(interpreter, command)}.`,
    );
  }
}

function words(spelling: Spelling): string {
  return `No shell splits it into words: arguments stand apart, as in ${spelling('python3', './node.py')}.`;
}

/** The program that is to run a script is there: by path, or for `env` by name. Options of `env` are left to `env`. */
function checkInterpreter(command: string, line: string, spelling: Spelling): void {
  if (line.endsWith('\r')) {
    refuse(
      `the lines of ${command} end as on Windows (CRLF): the system takes that for a part of its #! line`,
      'Save it with the line ends of Unix (LF).',
    );
  }
  const [path = '', ...words] = line.trim().split(/\s+/);
  const another = INTERPRETERS[extname(command)];
  const remedy = `Install it${another === undefined ? '' : `, or use ${spelling(another, command)}`}.`;
  if (path !== '' && !existsSync(path)) refuse(`the #! line of ${command} names ${path}, which does not exist`, remedy);
  const name = words[0] === '-S' ? words[1] : words[0];
  if (basename(path) !== 'env' || name === undefined || /^-|[/=]/.test(name) || onPath(name)) return;
  refuse(`the #! line of ${command} names ${name}, which is not on the PATH`, remedy);
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

function missingRemedy(command: string, spelling: Spelling): string {
  if (/\s/.test(command)) return words(spelling);
  const here = resolve(basename(command));
  const relative = 'A path in a plan is relative to the file it is written in.';
  return existsSync(here) ? `${relative} There is ${here}.` : relative;
}

function checkOnPath(command: string, cwd: string, spelling: Spelling): void {
  if (onPath(command)) return;
  const here = existsSync(resolve(cwd, command));
  refuse(
    `there is no program ${command} on the PATH`,
    /\s/.test(command)
      ? words(spelling)
      : here
        ? `To run the file in ${cwd}, write ./${command}.`
        : 'Install it, or give its path.',
  );
}

function onPath(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => executable(join(folder, name)));
}

function remedyFor(command: string, spelling: Spelling): string {
  const interpreter = INTERPRETERS[extname(command)];
  const chmod = `Run: chmod +x ${command}`;
  return interpreter === undefined
    ? chmod
    : `${chmod} (${basename(command)} then needs "#!/usr/bin/env ${interpreter}" as its first line), or use ${spelling(interpreter, command)}.`;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What follows `#!` on the first line of a file; null when it is no script. */
function shebang(path: string): string | null {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(256);
    const start = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
    return start.startsWith('#!') ? start.slice(2).split('\n', 1)[0]! : null;
  } finally {
    closeSync(fd);
  }
}
