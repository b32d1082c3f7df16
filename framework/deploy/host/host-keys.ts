// Whether the key that a host shows is the one it had before: without that, whoever sits between could be the host.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { ChaosError } from '../../contracts/error.js';
import { reasonOf } from './errors.js';
import { type KnownKey, type KnownKeys, knownKeys, knownName, parseKnownHosts } from './known-hosts.js';
import { pathOf, portOf, type SshTarget, userOf } from './ssh-target.js';

/** Types of keys in the file -> names under which servers offer them, best first. */
const OFFERED: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

const ALL: readonly ServerHostKeyAlgorithm[] = Object.values(OFFERED).flat();

/** What is known about one host, and what to do about the rest. */
export class HostKeys {
  readonly #target: SshTarget;
  /** How messages name the host. */
  readonly #title: string;
  readonly #known: KnownKeys;
  /** Keys that are listed for the host without its port: good, but no sign of a change when they differ. */
  readonly #portless: readonly KnownKey[];

  private constructor(target: SshTarget, title: string, entries: readonly KnownKey[]) {
    this.#target = target;
    this.#title = title;
    this.#known = knownKeys(entries, target.host, portOf(target));
    this.#portless = knownKeys(entries, target.host, 22).trusted;
  }

  /** Reads what is known; files that do not exist know nothing. */
  static async load(target: SshTarget, title: string): Promise<HostKeys> {
    if (target.hostKeys === 'accept') return new HostKeys(target, title, []);
    const texts = await Promise.all(filesOf(target).map((file) => readIfThere(file, title)));
    return new HostKeys(target, title, texts.flatMap(parseKnownHosts));
  }

  /** Types of keys to ask the server for: those that are known first. */
  get algorithms(): ServerHostKeyAlgorithm[] {
    const known = [...this.#known.trusted, ...this.#portless].flatMap((entry) => OFFERED[entry.type] ?? []);
    return [...new Set([...known, ...ALL])];
  }

  /** Null when the key may be trusted; else why not. `remember` is then to be called for a new key. */
  judge(key: Buffer): ChaosError | 'new' | null {
    if (this.#target.hostKeys === 'accept') return null;
    const text = key.toString('base64');
    const same = (entry: KnownKey) => entry.key === text;
    if (this.#known.revoked.some(same)) return this.#revoked(key);
    if (this.#known.trusted.some(same) || this.#portless.some(same)) return null;
    if (this.#known.trusted.length > 0) return this.#changed(key);
    return this.#target.hostKeys === 'accept-new' ? 'new' : this.#unknown(key);
  }

  /** Adds the key to the file of known hosts. */
  async remember(key: Buffer): Promise<void> {
    const file = filesOf(this.#target)[0] ?? '';
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const text = await readIfThere(file, this.#title);
      const gap = text === '' || text.endsWith('\n') ? '' : '\n';
      const line = `${knownName(this.#target.host, portOf(this.#target))} ${typeOf(key)} ${key.toString('base64')}\n`;
      await appendFile(file, `${gap}${line}`, { mode: 0o600 });
    } catch (error) {
      throw new ChaosError('host-key-file', `The key of ${this.#title} cannot be remembered: ${reasonOf(error)}.`, {
        hint: 'Make the file of known hosts writable, or let the plan name another one.',
        cause: error,
      });
    }
  }

  #changed(key: Buffer): ChaosError {
    const name = knownName(this.#target.host, portOf(this.#target));
    const file = this.#target.knownHosts === undefined ? '' : ` -f ${this.#target.knownHosts}`;
    return new ChaosError(
      'host-key-changed',
      `${this.#title} shows another key than before (${fingerprint(key)}): it was set up anew, or somebody is in between.`,
      { hint: `When you know why it changed, remove the old key: ssh-keygen -R '${name}'${file}` },
    );
  }

  #unknown(key: Buffer): ChaosError {
    const { host } = this.#target;
    const by = `ssh -p ${portOf(this.#target)} ${userOf(this.#target)}@${host}`;
    return new ChaosError('host-key-unknown', `${this.#title} shows a key that is not known (${fingerprint(key)}).`, {
      hint: `Connect once by hand and compare the key (${by}), or let the plan say host-keys: accept-new.`,
    });
  }

  #revoked(key: Buffer): ChaosError {
    return new ChaosError('host-key-revoked', `${this.#title} shows a key that is revoked (${fingerprint(key)}).`, {
      hint: 'Do not connect to it; ask whoever runs the host for its new key.',
    });
  }
}

/** As OpenSSH shows it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `${typeOf(key)} SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** A public key starts with the name of its type, after that name's length. */
function typeOf(key: Buffer): string {
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

function filesOf(target: SshTarget): string[] {
  if (target.knownHosts !== undefined) return [pathOf(target.knownHosts)];
  return [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'];
}

async function readIfThere(file: string, title: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ChaosError('host-key-file', `The known keys for ${title} cannot be read: ${reasonOf(error)}.`, {
      hint: 'Make the file of known hosts readable, or let the plan name another one.',
      cause: error,
    });
  }
}
