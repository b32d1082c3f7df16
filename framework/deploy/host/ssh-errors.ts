// What a failed attempt to connect means, in words that a person can act on.
import { ChaosError } from '../../contracts/error.js';
import { reasonOf, titleOf, unreachable } from './errors.js';
import type { Host } from './host.js';
import { sshConfigHint } from './ssh-config.js';
import { portOf, type SshTarget } from './ssh-target.js';

export type Named = Pick<Host, 'name' | 'title'>;

/** What is known about an attempt when it fails. */
export interface Attempt {
  who: Named;
  target: SshTarget;
  /** The other side took the connection. */
  connected: boolean;
  timeout: number;
  /** Ways to log in that were tried, as a person calls them. */
  tried: string[];
  /** Ways that the server takes, once it has said so. */
  taken: readonly string[];
  /** The agent could not be asked. */
  agentFailed: boolean;
}

interface Cause {
  why: (attempt: Attempt) => string;
  hint: string;
}

const UP = 'See that the host is up and that address and port are right.';

/** By the code of the system's error. */
const SYSTEM: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: {
    why: ({ target }) => `nothing listens on port ${portOf(target)}`,
    hint: 'Start sshd there, or correct the port.',
  },
  ENOTFOUND: {
    why: ({ target }) => `its name "${target.host}" is not known`,
    hint: 'Correct the name, or give an address.',
  },
  EAI_AGAIN: {
    why: ({ target }) => `its name "${target.host}" cannot be looked up now`,
    hint: 'See whether name resolution (DNS) works on this machine, or give an address.',
  },
  EHOSTUNREACH: { why: () => 'there is no way to it', hint: UP },
  ENETUNREACH: { why: () => 'this machine has no route to its network', hint: UP },
  ETIMEDOUT: { why: () => 'it does not answer', hint: UP },
  ECONNRESET: {
    why: () => 'it closes the connection at once',
    hint: 'See the log of its sshd: it may limit connections.',
  },
};

const TIMED_OUT: Readonly<Record<'silent' | 'mute', Cause>> = {
  silent: { why: ({ timeout }) => `it does not answer within ${timeout} ms`, hint: UP },
  mute: {
    why: ({ timeout }) => `it takes connections, but no login is done within ${timeout} ms`,
    hint: 'See that sshd listens on that port and that the host is not overloaded.',
  },
};

/** Failures that may pass by themselves: sshd turns away what is too much at once. */
const PASSING = /ECONNRESET|EPIPE|before handshake|closed by the other side|Exceeded MaxStartups/;

export function isPassing(error: unknown): boolean {
  return error instanceof Error && PASSING.test(`${error.message} ${(error as NodeJS.ErrnoException).code ?? ''}`);
}

/** The error to show for what ssh2 gave. */
export function connectError(error: Error & { level?: string; code?: unknown }, attempt: Attempt): ChaosError {
  if (error instanceof ChaosError) return error;
  if (isDenial(error)) return denied(attempt, error);
  const code = typeof error.code === 'string' ? error.code : '';
  const cause = error.level === 'client-timeout' ? TIMED_OUT[attempt.connected ? 'mute' : 'silent'] : SYSTEM[code];
  const why = cause?.why(attempt) ?? (reasonOf(error) || code);
  return unreachable(attempt.who, why, {
    hint:
      sshConfigHint(attempt.target.host) ??
      cause?.hint ??
      'See whether an sshd answers there: connect once by hand with ssh -v.',
    cause: error,
  });
}

function isDenial(error: Error & { level?: string }): boolean {
  return error.level === 'client-authentication' || /too many authentication failures/i.test(error.message);
}

function denied(attempt: Attempt, error: Error): ChaosError {
  const title = titleOf(attempt.who);
  if (/too many/i.test(error.message)) {
    return new ChaosError('host-denied', `${title} refused the login after too many keys.`, {
      hint: 'The agent holds more keys than the server lets one try: name the right key file in the plan.',
    });
  }
  const tried = [...new Set(attempt.tried)].join(', ') || 'nothing that it takes';
  const taken = attempt.taken.length === 0 ? '' : `; it takes ${attempt.taken.join(', ')}`;
  const agent = attempt.agentFailed ? ' (the SSH agent does not answer)' : '';
  return new ChaosError('host-denied', `${title} refused the login with ${tried}${agent}${taken}.`, {
    hint:
      sshConfigHint(attempt.target.host) ??
      (/key|agent/.test(tried)
        ? "Add the public key to that user's ~/.ssh/authorized_keys there, or name another key or user."
        : 'Check user and password, or use a way to log in that the server takes.'),
  });
}
