// Commands of this program as the person who reads them types them.
import { realUser } from './real-user.js';

/** What of this process says how it was called. */
export interface Caller {
  user: number;
  env: Readonly<Record<string, string | undefined>>;
}

export function thisCaller(): Caller {
  return { user: realUser(), env: process.env };
}

/** Words that stand before a command: whoever has come here by sudo needs it for the next one, too. */
export function calledBy({ user, env }: Caller = thisCaller()): string[] {
  return user === 0 && env['SUDO_USER'] !== undefined && env['SUDO_USER'] !== '' ? ['sudo'] : [];
}

/** `npx chaos lab down`, or the same with sudo. `words`: the command and its arguments, as a shell takes them. */
export function typed(words: string, caller?: Caller): string {
  return [...calledBy(caller), 'npx', 'chaos', words].join(' ');
}

/** As `typed`, for what a plain user cannot do well: as root. */
export function typedAsRoot(words: string, { user, env }: Caller = thisCaller()): string {
  const prefix = user === 0 ? calledBy({ user, env }) : ['sudo'];
  return [...prefix, 'npx', 'chaos', words].join(' ');
}
