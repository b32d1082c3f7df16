// A folder of this machine for one run, named at once and made when the run starts: whoever is never started leaves nothing.
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  /** Absolute, and short, since the path of a socket must be. */
  readonly path: string;
  /** Makes it, for this user alone. Throws where something of that name is there. */
  make(): void;
  /** Removes it with all that is in it; harmless where it was never made. */
  remove(): void;
}

export function temporaryFolder(prefix: string): TemporaryFolder {
  const path = join(tmpdir(), `${prefix}${randomBytes(6).toString('base64url')}`);
  let made = false;
  return {
    path,
    make: () => {
      mkdirSync(path, { mode: 0o700 });
      made = true;
    },
    // What has just been killed may still be writing.
    remove: () => {
      if (made) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      made = false;
    },
  };
}

/** A folder that is somebody else's to make and to remove. */
export function givenFolder(path: string): TemporaryFolder {
  return { path, make: () => {}, remove: () => {} };
}
