// What may be asked of a lab.
import { ChaosError } from '../../contracts/error.js';
import { MOST_HOSTS } from './addresses.js';

export interface LabOptions {
  /** Bytes of each host's /var/lib/chaos, then a file system of its own, in memory; null: it is part of the host's disk. */
  disk?: number | null;
  /** Folder of this machine that takes the hosts' disks. */
  folder?: string | undefined;
}

/** Bytes; a file system in memory takes no size below a few pages. */
const SMALLEST_DISK = 64 * 1024;

/** What the kernel lets a host be called. */
const HOST_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/** Throws ChaosError('lab-size' | 'lab-name' | 'lab-disk'). */
export function checkLab(names: readonly string[], { disk = null }: LabOptions): void {
  if (names.length === 0 || names.length > MOST_HOSTS) {
    throw new ChaosError('lab-size', `a lab has 1 to ${MOST_HOSTS} hosts, not ${names.length}`, { kind: 'usage' });
  }
  const wrong = names.find((name, i) => !HOST_NAME.test(name) || names.indexOf(name) !== i);
  if (wrong !== undefined) {
    throw new ChaosError('lab-name', `a host cannot be called '${wrong}'`, {
      kind: 'usage',
      hint: 'letters, digits and hyphens, at most 63 of them, and each name once',
    });
  }
  if (disk !== null && !(Number.isInteger(disk) && disk >= SMALLEST_DISK)) {
    throw new ChaosError('lab-disk', `a disk of ${disk} bytes is too small`, {
      kind: 'usage',
      hint: `at least ${SMALLEST_DISK / 1024} KiB`,
    });
  }
}
