// The one place where arguments become text for a shell: SSH carries a command as one string that the user's login shell reads.
import { ChaosError } from '../../contracts/error.js';

/** Nothing a shell gives a meaning to: such a word needs no quotes. */
const PLAIN = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;

/** What stands outside quotes, after a backslash: fish and csh give some of it a meaning within them. */
const APART = /(['\\!])/;

/**
 * One word of a command line that a POSIX shell takes as exactly `text`; so do fish, and csh where it has no line breaks. Text with a
 * NUL cannot be an argument of anything: ChaosError('host-command').
 */
export function quote(text: string): string {
  if (text.includes('\0')) {
    throw new ChaosError('host-command', 'An argument of a command contains a NUL character.', {
      kind: 'usage',
      hint: 'Give such bytes to the command as its input instead.',
    });
  }
  if (PLAIN.test(text)) return text;
  const parts = text.split(APART).filter((part) => part !== '');
  return parts.map((part) => (APART.test(part) ? `\\${part}` : `'${part}'`)).join('') || "''";
}

/** A command line that a POSIX shell takes as exactly these words. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}
