// Transfers to and from this machine itself: plain copies, several times as fast as a pipe.
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, cp, lstat, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * As `upload` and `download` of a host, both ends here; rejects with the system's error. `mode`: of a file or of bytes; as the file's
 * where it is left out, 0644 for bytes.
 */
export async function copyHere(source: string | Uint8Array, target: string, mode?: number): Promise<void> {
  if (typeof source !== 'string') return put(target, (part) => writeFile(part, source, { mode: 0o600 }), mode ?? 0o644);
  const found = await stat(source);
  if (found.isDirectory()) return copyFolder(source, target);
  return put(target, (part) => copyFile(source, part), mode ?? found.mode & 0o7777);
}

/** What is made beside the target takes its place when it is whole. */
async function put(target: string, make: (part: string) => Promise<void>, mode: number): Promise<void> {
  const there = await stat(target).catch(() => null);
  if (there?.isDirectory()) throw new Error(`${target} is a folder`);
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    await make(part);
    await chmod(part, mode);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
}

/** Adds to a folder that is there. Sockets and pipes are nothing to copy. */
async function copyFolder(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true, filter: isContent });
}

async function isContent(path: string): Promise<boolean> {
  const found = await lstat(path);
  return found.isFile() || found.isDirectory() || found.isSymbolicLink();
}
