// OpenSSH's list of host keys: which keys are known for a host. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
import { createHmac } from 'node:crypto';

/** A line: for the hosts of these patterns, this key. */
export interface KnownKey {
  /** Patterns as written, or `|1|salt|hash` for a single hashed name. */
  hosts: readonly string[];
  /** `ssh-ed25519`, `ssh-rsa`, … */
  type: string;
  /** The key, in base64. */
  key: string;
  revoked: boolean;
}

export interface KnownKeys {
  /** Good for this host. */
  trusted: readonly KnownKey[];
  revoked: readonly KnownKey[];
}

const DEFAULT_PORT = 22;

/** Lines that make no sense are passed over, as are those of certificate authorities: certificates are not understood here. */
export function parseKnownHosts(text: string): KnownKey[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (hosts === undefined || type === undefined || key === undefined || hosts.startsWith('#')) return [];
    if (marker !== undefined && marker !== '@revoked') return [];
    const patterns = hosts.startsWith('|') ? [hosts] : hosts.split(',');
    return [{ hosts: patterns, type, key, revoked: marker !== undefined }];
  });
}

/** How a host is called in the file: `n1`, or `[n1]:2222`. */
export function knownName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

/** What is known about a host and port. */
export function knownKeys(entries: readonly KnownKey[], host: string, port: number): KnownKeys {
  const name = knownName(host, port);
  const found = entries.filter((entry) => concerns(entry.hosts, name));
  return { trusted: found.filter((entry) => !entry.revoked), revoked: found.filter((entry) => entry.revoked) };
}

/** One of the patterns matches, and none that is negated by `!` does. */
function concerns(patterns: readonly string[], name: string): boolean {
  const matching = patterns.filter((pattern) => matches(pattern.replace(/^!/, ''), name));
  return matching.length > 0 && !matching.some((pattern) => pattern.startsWith('!'));
}

function matches(pattern: string, name: string): boolean {
  return pattern.startsWith('|1|') ? hashMatches(pattern, name) : globMatches(pattern.toLowerCase(), name);
}

/** `|1|base64 of salt|base64 of HMAC-SHA1(salt, name)`. */
function hashMatches(pattern: string, name: string): boolean {
  const [salt, hash] = pattern.slice(3).split('|');
  if (salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` stands for any text, `?` for one character, all else for itself; in time linear in both for each star. */
function globMatches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < name.length; ) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      resume = index;
    } else if (sign === '?' || sign === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
