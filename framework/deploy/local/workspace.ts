// A folder of this machine for one run: short, since the path of a socket must be.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryWorkspace(): { path: string; remove(): Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'chaos-'));
  return {
    path,
    remove: async () => {
      // What has just been killed may still be writing.
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}
