// The folder of a helper: only its user may look into it, as whoever reaches the socket rules the host.
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { ChaosError } from '../../contracts/error.js';

/** Relative to the folder, where the helper works: the path of a socket must be short. */
export const SOCKET = 'helper.sock';
export const STATE = 'helper.state';
export const LOG = 'helper.log';

/** Makes the folder, and the current one. Throws ChaosError('host-folder') when somebody else owns it. */
export function enterFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const self = process.getuid?.() ?? found.uid;
  // Whoever may become root has used it without, before.
  if (found.isDirectory() && self === 0 && `${found.uid}` === process.env['SUDO_UID']) chownSync(folder, 0, 0);
  else if (!found.isDirectory() || found.uid !== self) {
    throw new ChaosError('host-folder', `${folder} belongs to somebody else`, {
      hint: 'Remove it (with sudo, if the helper ran as root before), or choose another folder on the host.',
    });
  }
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  process.chdir(folder);
}
