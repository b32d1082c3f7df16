// libfaketime of this machine for hosts without it: programs there load it, so it has to fit their C library.
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host } from '../host/host.js';
import type { Wants } from './preflight-checks.js';
import type { Facts } from './preflight-facts.js';
import { Staging } from './staging.js';
import { fitsArchitecture } from './toolbox.js';

/** Names the file in the environment of a helper, for whoever looks for it on the host. */
export const FAKETIME_VARIABLE = 'CHAOS_FAKETIME';

const NAME = 'libfaketime.so.1';
const FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];

/**
 * The file of this machine that would do on a host which lacks it for the plan; null: there is none, or none is lacking. What was made
 * for a C library runs with the same and with later ones.
 */
export async function faketimeFor(facts: Facts, { needs, nodes, hostClock, workspace }: Wants): Promise<string | null> {
  const isWanted = needs.includes('clock') && nodes === 'foreign' && hostClock !== true;
  if (!isWanted || facts.faketime !== null || facts.system !== 'Linux' || !facts.workspace.executes) return null;
  // Blanks and colons part the names of files that are loaded.
  if (/[\s:]/.test(workspace) || !fitsArchitecture(facts.arch)) return null;
  const file = faketimeHere();
  if (file === null) return null;
  const { stdout, failed } = await execa('getconf', ['GNU_LIBC_VERSION'], { reject: false, timeout: 5_000 });
  return !failed && isAtLeast(facts.libc, stdout) ? file : null;
}

/** Returns where it lies on the host. */
export async function bringFaketime(host: Host, file: string, folder: string): Promise<string> {
  return `${await new Staging(host, folder).files({ [NAME]: file })}/${NAME}`;
}

/** `glibc 2.36` and `glibc 2.31`. */
export function isAtLeast(there: string, here: string): boolean {
  const [one, other] = [there, here].map((text) => /^glibc (\d+)\.(\d+)/.exec(text.trim()));
  if (one == null || other == null) return false;
  const [major, minor] = [Number(one[1]) - Number(other[1]), Number(one[2]) - Number(other[2])];
  return major > 0 || (major === 0 && minor >= 0);
}

function faketimeHere(): string | null {
  const places = FOLDERS.flatMap((folder) => [folder, ...foldersIn(folder)]).flatMap((folder) => [
    join(folder, NAME),
    join(folder, 'faketime', NAME),
  ]);
  for (const place of places) {
    try {
      return realpathSync(place);
    } catch {
      // It is not there.
    }
  }
  return null;
}

/** One for each architecture, among others. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /-linux-/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
