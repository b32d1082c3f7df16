// Which file system a folder lies on, and whether that may be broken without breaking the host.
import { readFileSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { ChaosError } from '../../contracts/error.js';

export interface Mount {
  /** Where it is mounted. */
  point: string;
  /** What of it is mounted: `/`, or a folder that others may see elsewhere. */
  root: string;
  options: string[];
  type: string;
}

/** Mount points that the host itself lives on. */
const ESSENTIAL: ReadonlySet<string> = new Set(
  [
    '/',
    '/bin',
    '/boot',
    '/dev',
    '/dev/shm',
    '/etc',
    '/home',
    '/lib',
    '/lib64',
    '/nix',
    '/opt',
    '/proc',
    '/root',
    '/run',
  ].concat(['/sbin', '/sys', '/tmp', '/usr', '/usr/local', '/var', '/var/lib', '/var/log', '/var/tmp']),
);

/** All that there are now. */
export function mounts(): Mount[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** What /proc/self/mountinfo says, in its order. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, , , root, point, options, ...rest] = line.split(' ');
    if (root === undefined || point === undefined || options === undefined) return [];
    const type = rest[rest.indexOf('-') + 1] ?? '';
    return [{ point: plain(point), root: plain(root), options: options.split(','), type }];
  });
}

/** The mount that a folder lies on: the longest point above it, of several the last. */
export function mountOf(all: readonly Mount[], folder: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of all) {
    const isAbove = mount.point === '/' || folder === mount.point || folder.startsWith(`${mount.point}/`);
    if (isAbove && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

/**
 * The file system of a folder. Throws ChaosError('fault-unsupported') unless it is one of its own, which the host does not need, and
 * of at most `most` bytes.
 */
export function ownMount(folder: string, most = Number.POSITIVE_INFINITY): Mount {
  const path = real(folder);
  const mount = mountOf(mounts(), path);
  const refuse = (why: string) =>
    new ChaosError('fault-unsupported', `the disk of ${folder} cannot be broken: ${why}`, {
      hint: 'Give the folder a file system of its own, such as a tmpfs or a loop device.',
    });
  if (mount === null || ESSENTIAL.has(mount.point)) {
    throw refuse(`it lies on ${mount?.point ?? '/'}, which the host itself needs`);
  }
  const { dev } = statSync(mount.point);
  if (dev === statSync('/').dev || dev === statSync(`${mount.point}/..`).dev) {
    throw refuse(`${mount.point} is part of the file system that is mounted above it`);
  }
  if (mount.root !== '/') throw refuse(`${mount.point} is a part of a file system that others may use`);
  const { blocks, bsize } = statfsSync(mount.point);
  if (blocks * bsize > most) {
    throw refuse(`${mount.point} has ${blocks * bsize} bytes, and at most ${most} are to be filled`);
  }
  return mount;
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    throw new ChaosError('host-file', `${folder} does not exist`, { hint: 'Name a folder that the program has made.' });
  }
}

/** Blanks and the like are written in octal. */
function plain(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
