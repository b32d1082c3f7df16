// A container as a host: commands through the engine's `exec`, and what is large through its `cp`, which is several times as fast.
import { randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandHost } from '../host/command-host.js';
import type { Engine } from './engine.js';

/** Below so many bytes the start of another command costs more than it saves. */
const LARGE = 16 * 1024 * 1024;
const COPY_TIMEOUT = 300_000;

/** Where a container has memory mounted, `cp` would write to what lies beneath. */
const IN_MEMORY = /^\/(dev|proc|sys|run)\//;

const MAKE_FOLDER = 'mkdir -p -- "$1"';
const MAKE_FOLDER_ABOVE = 'mkdir -p -- "$(dirname -- "$1")"';
/** What is there until then stays whole. A folder in its place is not to swallow it. */
const PUT_IN_PLACE = 'chmod "$3" "$1" && [ ! -d "$2" ] && mv -f -- "$1" "$2"';
const REMOVE = 'rm -f -- "$1"';

export interface ContainerHostOptions {
  engine: Engine;
  node: string;
  /** Of the container. */
  name: string;
  address: string;
}

export class ContainerHost extends CommandHost {
  readonly #engine: Engine;
  readonly #container: string;

  constructor({ engine, node, name, address }: ContainerHostOptions) {
    const prefix = [...engine.prefix, 'exec', '-i', name];
    super({ name: node, address, title: `${engine.kind} container ${name}`, prefix, root: true });
    this.#engine = engine;
    this.#container = name;
  }

  override async upload(source: string | Uint8Array, path: string, options: { mode?: number } = {}): Promise<void> {
    const fits = typeof source === 'string' && path.startsWith('/') && !IN_MEMORY.test(path);
    if (fits && (await this.#copied(source, path, options.mode))) return;
    await super.upload(source, path, options);
  }

  /** False where it is not worth while, or did not succeed: the other way says why, if it fails, too. */
  async #copied(source: string, path: string, mode: number | undefined): Promise<boolean> {
    const stats = await lstat(source).catch(() => null);
    if (stats === null || !(await isLarge(source))) return false;
    if (stats.isDirectory()) {
      return (await this.#script(MAKE_FOLDER, path)) && (await this.#copy(`${source}/.`, path));
    }
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    const done =
      (await this.#script(MAKE_FOLDER_ABOVE, path)) &&
      (await this.#copy(source, draft)) &&
      (await this.#script(PUT_IN_PLACE, draft, path, (mode ?? stats.mode & 0o7777).toString(8)));
    if (!done) await this.#script(REMOVE, draft).catch(() => {});
    return done;
  }

  async #copy(source: string, path: string): Promise<boolean> {
    const said = await this.#engine.try(['cp', source, `${this.#container}:${path}`], { timeout: COPY_TIMEOUT });
    return said.code === 0;
  }

  async #script(script: string, ...args: string[]): Promise<boolean> {
    return (await this.run(['sh', '-c', script, 'sh', ...args])).code === 0;
  }
}

/** Whether a file, or all files below a folder, come to more than it takes; symbolic links count as nothing. */
async function isLarge(path: string): Promise<boolean> {
  let left = LARGE;
  const pending = [path];
  for (let next = pending.pop(); next !== undefined && left > 0; next = pending.pop()) {
    const stats = await lstat(next);
    if (stats.isFile()) left -= stats.size;
    if (!stats.isDirectory()) continue;
    for (const name of await readdir(next)) pending.push(join(next, name));
  }
  return left <= 0;
}
