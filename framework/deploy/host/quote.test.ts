import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, quote } from './quote.js';

/** Argument texts that tempt a shell. */
const NASTY = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  "\\'",
  '$HOME',
  '`id`',
  '$(id)',
  '*',
  '~',
  '\n',
  'a\nb',
  '-n',
  '--',
  '!x',
  '#',
  ';',
  '&&',
  '\t',
  'é',
  '🙂',
  '=',
  'A=b',
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: fc.constantFrom(...NASTY, 'a', '/', '%', '\\0', '\r') }),
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
);

/** What a shell takes the words of a line for, each ended by NUL. */
function understood(shell: string, line: string): string[] {
  const output = execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { maxBuffer: 1 << 26 });
  return output.toString('utf8').split('\0').slice(0, -1);
}

/** Lone surrogates cannot leave JavaScript. */
function wellFormed(word: string): string {
  return Buffer.from(word, 'utf8').toString('utf8');
}

describe('quote', () => {
  it.each(['sh', 'bash'])('is taken by %s as exactly the text', (shell) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (words) => {
        expect(understood(shell, commandLine(words))).toEqual(words.map(wellFormed));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves plain words as they are', () => {
    expect(commandLine(['tar', '-x', '--file=/tmp/a.tar', 'n1:22'])).toBe('tar -x --file=/tmp/a.tar n1:22');
  });

  it('quotes what would be an assignment or a home folder', () => {
    expect(quote('A=b')).toBe('A=b');
    expect(quote('~root')).toBe("'~root'");
  });

  it('keeps backslashes and quotes out of quotes', () => {
    expect(quote("it's a\\b")).toBe("'it'\\''s a'\\\\'b'");
  });

  it('refuses NUL', () => {
    expect(() => quote('a\0b')).toThrow(expect.objectContaining({ code: 'host-command' }));
  });
});
