// Damage to files of a program that is dead: one of them, cut short or with a bit flipped, drawn from a seed.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ChaosError, messageOf } from '../../contracts/error.js';
import { createRandom } from '../../time/random.js';
import { FILLER } from './folders.js';
import type { HelperModule } from './modules.js';
import type { FileDamage } from './protocol.js';

/** Files that are looked at. */
const MOST = 100_000;

/** Damage is not taken back. */
export function fileDamageModule(): HelperModule {
  return {
    name: 'file-damage',
    handle: { 'damage-files': async (ask) => damageFile(ask) },
    restore: async () => {},
  };
}

/**
 * Returns which file was damaged (below the folder) and at which byte; null when none that has any bytes matches. Links are not
 * followed. Throws ChaosError('host-file') where the folder or the file cannot be used.
 */
export function damageFile({ kind, folder, files, seed, position, dry }: FileDamage): {
  file: string | null;
  at: number;
} {
  const random = createRandom(seed, 'file-damage');
  const pattern = globPattern(files);
  try {
    const root = realpathSync(folder);
    const matching = filesBelow(root).filter((file) => pattern.test(file));
    if (dry === true) {
      // The program runs: files may go meanwhile.
      const size = (file: string) => statSync(join(root, file), { throwIfNoEntry: false })?.size ?? 0;
      return { file: matching.find((file) => size(file) > 0) ?? null, at: 0 };
    }
    // Empty files have nothing to lose; which they are may be known only once they are open.
    for (const file of random.shuffle(matching)) {
      const at = damaged(join(root, file), kind, position ?? random.float(), random.int(8));
      if (at !== null) return { file, at };
    }
    return { file: null, at: 0 };
  } catch (error) {
    throw new ChaosError('host-file', `files in ${folder} cannot be damaged: ${messageOf(error)}`, { cause: error });
  }
}

/** `*` and `?` stand for anything but a slash, `**` for anything. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(/^\.?\//, '').replaceAll(/\*\*\/|\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

/** Regular files, by their path below the folder, in an order that is the same everywhere. */
function filesBelow(root: string): string[] {
  const found: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      // Ours: it fills a disk.
      if (entry.name === FILLER) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(path);
      if (found.length + waiting.length > MOST) throw new Error(`more than ${MOST} files`);
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** At which byte; null: the file is empty. `position` is a fraction of its length. */
function damaged(path: string, kind: FileDamage['kind'], position: number, bit: number): number | null {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const byte = Buffer.alloc(1);
    const { size } = fstatSync(fd);
    if (size === 0) return null;
    const at = Math.min(size - 1, Math.floor(position * size));
    if (kind === 'truncate') ftruncateSync(fd, at);
    else {
      readSync(fd, byte, 0, 1, at);
      byte[0] = byte[0]! ^ (1 << bit);
      writeSync(fd, byte, 0, 1, at);
    }
    fsyncSync(fd);
    return at;
  } finally {
    closeSync(fd);
  }
}
