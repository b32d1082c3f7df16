// What can go wrong between here and a host, each with its remedy: one place, so that every kind of host says it the same way.
import { ChaosError, type ChaosErrorOptions, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Command, Host, Output, RunOptions } from './host.js';

/** How messages name a host: `n1 (ssh root@10.0.0.1:22)`. */
export function titleOf(host: Pick<Host, 'name' | 'title'>): string {
  return `${host.name} (${host.title})`;
}

/** It cannot be reached, for a reason that is told; nothing was started there. */
export function unreachable(host: Pick<Host, 'name' | 'title'>, why: string, options: ChaosErrorOptions): ChaosError {
  return new ChaosError('host-unreachable', `${titleOf(host)} cannot be reached: ${why}.`, options);
}

/** The connection went away while a command ran: whether it had its effect is unknown. */
export function lost(host: Pick<Host, 'name' | 'title'>, doing: string): ChaosError {
  return new ChaosError('host-lost', `The connection to ${titleOf(host)} was lost during ${doing}.`, {
    hint: 'See whether the host is up and its sshd or engine runs; what was in progress there may or may not have happened.',
  });
}

export function late(host: Pick<Host, 'name' | 'title'>, doing: string, timeout: Milliseconds): ChaosError {
  return new ChaosError('host-timeout', `${doing} on ${titleOf(host)} took longer than ${Math.round(timeout)} ms.`, {
    hint: 'It was ended; see what the host is busy with, or allow more time.',
  });
}

/** A file there, or here, that cannot be read or written. */
export function fileError(host: Pick<Host, 'name' | 'title'>, doing: string, why: string, cause?: unknown): ChaosError {
  return new ChaosError('host-file', `${doing} failed on ${titleOf(host)}: ${why}.`, {
    hint: 'See that the path exists, may be accessed by that user, and that the disk has room.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Paths there are absolute: what they would be relative to differs between hosts. */
export function assertAbsolute(host: Pick<Host, 'name' | 'title'>, path: string): void {
  if (path.startsWith('/')) return;
  throw new ChaosError('host-file', `The path "${path}" on ${titleOf(host)} does not start with a slash.`, {
    kind: 'usage',
    hint: 'Give the whole path.',
  });
}

/** `sh -c …` for messages: the program alone, since arguments may hold what nobody should read. */
export function programOf(command: Command): string {
  return command[0] === 'sh' ? 'a script' : command[0];
}

export function codeOf(error: unknown): string | null {
  return error instanceof ChaosError ? error.code : null;
}

/** The start of what a command wrote to stderr, on one line, at most 300 characters. */
export function complaint(text: string): string {
  const line = text
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ')
    .replace(/[.;]+$/, '');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** `cause` as a sentence's end, without its full stop. */
export function reasonOf(cause: unknown): string {
  return complaint(messageOf(cause));
}

/**
 * Runs a command that has to succeed. Where it does not: ChaosError('host-no-program') when the host has no such program, else
 * 'host-command', which quotes what the command wrote to stderr.
 */
export async function must(host: Host, command: Command, options: RunOptions = {}): Promise<Output> {
  const output = await host.run(command, options);
  if (output.code === 0) return output;
  const program = programOf(command);
  if (output.code === 127) {
    throw new ChaosError('host-no-program', `${titleOf(host)} has no program "${command[0]}".`, {
      hint: `Install ${program} there, or put it on the PATH of that user.`,
    });
  }
  const ended = output.code === null ? `was ended by ${output.signal}` : `failed with exit code ${output.code}`;
  const why = complaint(output.stderr);
  throw new ChaosError('host-command', `${program} ${ended} on ${titleOf(host)}${why === '' ? '' : `: ${why}`}.`, {
    hint: 'Run it by hand on that host to see why.',
  });
}
