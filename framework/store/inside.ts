// The only way from a name that somebody asks for to a file: whatever the name and the links say, the file lies inside the folder.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { ChaosError, messageOf } from '../contracts/error.js';

export interface OpenedFile {
  /** The caller closes it. */
  readonly fd: number;
  /** Bytes, when it was opened. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface InsideEntry {
  readonly name: string;
  readonly folder: boolean;
}

/** Opening never waits for a pipe, and never follows a link that took the file's place. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

export class Inside {
  /** Absolute, without links. */
  readonly path: string;

  /** Throws `ChaosError('results-not-found')`. */
  constructor(folder: string) {
    try {
      this.path = realpathSync(folder);
      if (!statSync(this.path).isDirectory()) throw new Error('it is no folder');
    } catch (cause) {
      throw new ChaosError('results-not-found', `cannot read the results folder ${folder}: ${messageOf(cause)}`, {
        kind: 'usage',
        hint: "Name a folder of results; 'npx chaos run plans/quickstart.yaml' makes one.",
        cause,
      });
    }
  }

  /** Where names lead, links followed; null: nowhere, or out of the folder. Names are single parts of a path. */
  resolve(names: readonly string[]): string | null {
    if (!names.every(isName)) return null;
    try {
      const found = realpathSync.native(join(this.path, ...names));
      return this.#holds(found) ? found : null;
    } catch {
      return null;
    }
  }

  /** The names, from this folder, of what names lead to, without links; null as for `resolve`. */
  namesOf(names: readonly string[]): string[] | null {
    const found = this.resolve(names);
    return found === null ? null : found.slice(this.path.length).split(sep).filter(Boolean);
  }

  /** Opens a regular file for reading; null: there is none inside. */
  open(names: readonly string[]): OpenedFile | null {
    const path = this.resolve(names);
    if (path === null) return null;
    let fd = -1;
    try {
      // Only what is a file by now is opened: opening a device may do things.
      if (!lstatSync(path).isFile()) return null;
      fd = openSync(path, FLAGS);
      const opened = fstatSync(fd);
      if (!opened.isFile() || !this.#isStill(path, opened)) return null;
      const file = { fd, size: opened.size, modified: opened.mtimeMs };
      fd = -1;
      return file;
    } catch {
      return null;
    } finally {
      if (fd >= 0) closeSync(fd);
    }
  }

  /** The text of a file; null: there is none inside. Throws ChaosError('too-large') above `most` bytes. */
  readText(names: readonly string[], most: number): string | null {
    const file = this.open(names);
    if (file === null) return null;
    const { fd, size } = file;
    try {
      if (size > most) throw new ChaosError('too-large', `${names.at(-1)} has ${size} bytes, too many to show`);
      const bytes = Buffer.allocUnsafe(size);
      let length = 0;
      while (length < size) {
        const count = readSync(fd, bytes, length, size - length, length);
        if (count === 0) break;
        length += count;
      }
      return bytes.toString('utf8', 0, length);
    } finally {
      closeSync(fd);
    }
  }

  /** Size and time of a file, without following a link at its end; null: there is none. */
  look(names: readonly string[]): Stats | null {
    if (!names.every(isName)) return null;
    try {
      return lstatSync(join(this.path, ...names), { throwIfNoEntry: false }) ?? null;
    } catch {
      return null;
    }
  }

  /** Real files and folders in a folder, sorted by name; links are left out, and a folder outside has nothing. */
  entries(names: readonly string[]): InsideEntry[] {
    const path = this.resolve(names);
    if (path === null) return [];
    try {
      return readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile() || entry.isDirectory())
        .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      return [];
    }
  }

  #holds(path: string): boolean {
    return path === this.path || path.startsWith(this.path.endsWith(sep) ? this.path : this.path + sep);
  }

  /** False when a folder on the way was replaced by a link while the file was being opened. */
  #isStill(path: string, opened: Stats): boolean {
    const now = realpathSync.native(path);
    const { dev, ino } = statSync(now);
    return this.#holds(now) && dev === opened.dev && ino === opened.ino;
  }
}

/** What a name cannot hold here: what leads on, up, or to another drive. */
const LEADING = sep === '/' ? /[/\0]/ : /[/\\:\0]/;

/** One part of a path on this system. */
export function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !LEADING.test(name);
}
