// How a command starts on a host that only takes words: a constant script enters its folder, reads its environment from the input,
// which `ps` does not show, and becomes the command.
import { ChaosError } from '../../contracts/error.js';
import type { Command } from './host.js';

/** Everything that is to be known about a command before it starts. */
export interface Task {
  command: Command;
  env: Readonly<Record<string, string>>;
  cwd: string | null;
  /** Runs as root. */
  root: boolean;
  /** Stands in the environment of the command and of whatever it starts: by it they are found when they have to be ended. */
  mark: string;
  /** Its input and output stay open for an unknown time. */
  lasting: boolean;
}

export interface Launch {
  words: [string, ...string[]];
  /** What its input starts with; the command itself reads only what follows. */
  preface: Buffer;
}

/** Name of the environment variable that carries a task's mark. */
export const MARK = 'CHAOS_COMMAND';

/** Exit code when the folder cannot be entered. */
export const NO_FOLDER = 125;
/** Exit code when there is no such program, as of shells. */
export const NO_PROGRAM = 127;

// A shell reads its input byte by byte when it cannot seek, so what follows the preface is left to the command.
const LAUNCHER =
  `[ -z "$1" ] || cd -- "$1" || exit ${NO_FOLDER}; export ${MARK}="$2"; ` +
  'if [ -n "$3" ]; then while IFS= read -r chaos_l && [ -n "$chaos_l" ]; do ' +
  'chaos_v=$(printf \'%b.\' "${chaos_l#*=}"); export "${chaos_l%%=*}=${chaos_v%.}"; done; fi; ' +
  'shift 3; exec "$@"';

/** Words and first input that start a task on a host with a POSIX `sh`. `elevation`: what makes a command run as root there. */
export function launchOf(task: Task, elevation: readonly string[]): Launch {
  const lines = Object.entries(task.env).map(([name, value]) => `${nameOf(name)}=${encoded(name, value)}\n`);
  const preface = lines.length === 0 ? '' : `${lines.join('')}\n`;
  const script = ['sh', '-c', LAUNCHER, 'sh', task.cwd ?? '', task.mark, preface && 'env', ...task.command];
  const [first = 'sh', ...rest] = [...elevation, ...script];
  return { words: [first, ...rest], preface: Buffer.from(preface, 'latin1') };
}

/** The name, when a shell can export it; else ChaosError('host-environment'). */
export function nameOf(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new ChaosError('host-environment', `"${name}" is no name of an environment variable.`, {
    kind: 'usage',
    hint: 'Use letters, digits and underscores, with no digit first.',
  });
}

/** One line of ASCII that `printf %b` turns back into the value. */
function encoded(name: string, value: string): string {
  if (value.includes('\0')) {
    throw new ChaosError(
      'host-environment',
      `The value of the environment variable ${name} contains a NUL character.`,
      {
        kind: 'usage',
        hint: 'Environment variables cannot hold it.',
      },
    );
  }
  const bytes = [...Buffer.from(value, 'utf8')];
  return bytes.map((byte) => (harmless(byte) ? String.fromCharCode(byte) : octal(byte))).join('');
}

function harmless(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x5c;
}

function octal(byte: number): string {
  return `\\0${byte.toString(8).padStart(3, '0')}`;
}
