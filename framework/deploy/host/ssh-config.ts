// ~/.ssh/config is not read to reach hosts: a plan says all of it. But whoever relies on it is told so.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What to do when a host that cannot be reached or logged in to has settings there; undefined: it has none. */
export function sshConfigHint(host: string, text: string = ownConfig()): string | undefined {
  if (!isConfigured(host, text)) return undefined;
  return '~/.ssh/config has settings for it, but is not read: write host, user, port, key and jump into the plan (ssh -G NAME shows them).';
}

/** A pattern that is for all hosts says nothing about one. */
function isConfigured(host: string, text: string): boolean {
  return text.split('\n').some((line) => {
    const patterns = /^\s*Host(?:\s+|\s*=\s*)(.+)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
    const matches = (pattern: string) => /[^*?]/.test(pattern) && fits(pattern.replaceAll('"', ''), host);
    return patterns.some(matches) && !patterns.some((each) => each.startsWith('!') && fits(each.slice(1), host));
  });
}

function fits(pattern: string, host: string): boolean {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 'i').test(host);
}

function ownConfig(): string {
  try {
    return readFileSync(join(homedir(), '.ssh/config'), 'utf8');
  } catch {
    return '';
  }
}
