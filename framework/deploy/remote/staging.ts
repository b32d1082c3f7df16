// Brings programs and files to a host, by content: what is there already is not sent again.
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Host } from '../host/host.js';

/** Of these paths, prints those that exist, one a line. */
const PRESENT = 'for path in "$@"; do if [ -e "$path" ]; then echo "$path"; fi; done';

export class Staging {
  readonly #host: Host;
  readonly #folder: string;
  #sent = 0;

  /** `folder`: takes what is sent, and is kept from run to run. */
  constructor(host: Host, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  /** Bytes that were not there yet, so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Text by the names of its files; returns where each lies there. */
  async texts(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const paths = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, `${this.#folder}/${hashOf(text)}/${name}`]),
    );
    const present = await this.#present(Object.values(paths));
    for (const [name, path] of Object.entries(paths)) {
      if (present.has(path)) continue;
      const bytes = Buffer.from(files[name]!);
      await this.#host.upload(bytes, path, { mode: 0o644 });
      this.#sent += bytes.length;
    }
    return paths;
  }

  /** Files and folders of this machine, by the names that they get; returns the folder that holds them all. */
  async files(files: Readonly<Record<string, string>>): Promise<string> {
    const hash = createHash('sha256');
    let size = 0;
    for (const name of Object.keys(files).sort()) size += await hashPath(hash, name, files[name]!);
    const folder = `${this.#folder}/${hash.digest('hex').slice(0, 32)}`;
    // Written last: whoever finds it finds all the rest.
    const complete = `${folder}/.complete`;
    if ((await this.#present([complete])).has(complete)) return folder;
    for (const [name, path] of Object.entries(files)) await this.#host.upload(path, `${folder}/${name}`);
    await this.#host.upload(Buffer.from(''), complete);
    this.#sent += size;
    return folder;
  }

  async #present(paths: readonly string[]): Promise<Set<string>> {
    if (paths.length === 0) return new Set();
    const { stdout } = await this.#host.run(['sh', '-c', PRESENT, 'sh', ...paths], { repeatable: true });
    return new Set(stdout.split('\n'));
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Names, modes and contents, in a fixed order; resolves to the bytes that they come to. */
async function hashPath(hash: ReturnType<typeof createHash>, name: string, path: string): Promise<number> {
  let stats: ReturnType<typeof lstatSync>;
  try {
    stats = lstatSync(path);
  } catch (error) {
    throw new ChaosError('file-missing', `${path} cannot be read: ${messageOf(error)}`, { kind: 'usage' });
  }
  hash.update(`${name}\0${stats.mode}\0${stats.isDirectory() ? 'folder' : stats.size}\0`);
  if (stats.isDirectory()) {
    let size = 0;
    for (const entry of readdirSync(path).sort()) size += await hashPath(hash, `${name}/${entry}`, join(path, entry));
    return size;
  }
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return stats.size;
}
