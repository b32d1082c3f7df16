// The files of a node's durable log, and the steps that put another one in its place, atomically and durably.
import { closeSync, fsyncSync, linkSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';

export function logPath(folder: string): string {
  return `${folder}/log`;
}

export function markPath(folder: string): string {
  return `${folder}/log.synced`;
}

/** Zeros, for the log to move into. */
export function sparePath(folder: string): string {
  return `${folder}/log.spare`;
}

/** The whole log, while its end is cut off. */
export function wholePath(folder: string): string {
  return `${folder}/log.whole`;
}

/** What the log moves out of. */
function oldPath(folder: string): string {
  return `${folder}/log.old`;
}

function newPath(folder: string): string {
  return `${folder}/log.new`;
}

/** What a kill left of a move means nothing to a node that starts. */
export function clearLeftovers(folder: string): void {
  for (const path of [sparePath(folder), oldPath(folder), newPath(folder)]) rmSync(path, { force: true });
}

/** Puts a log of this content in place. */
export function install(folder: string, content: Buffer): void {
  const fd = openSync(newPath(folder), 'w');
  writeAll(fd, content, content.length, 0);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(newPath(folder), logPath(folder));
  syncFolder(folder);
}

/** Makes the spare file, whose content is durable, the log, and the log the spare file. */
export function swap(folder: string): void {
  linkSync(logPath(folder), oldPath(folder));
  renameSync(sparePath(folder), logPath(folder));
  // Before the old content goes: no crash of the machine may bring it back under the log's name.
  syncFolder(folder);
  renameSync(oldPath(folder), sparePath(folder));
}

function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

export function writeAll(fd: number, buffer: Buffer, length: number, position: number): void {
  let done = 0;
  while (done < length) done += writeSync(fd, buffer, done, length - done, position + done);
}

/** The bytes from `start` to `end`. */
export function readFrom(fd: number, start: number, end: number): Buffer {
  const content = Buffer.allocUnsafe(end - start);
  let done = 0;
  while (done < content.length) {
    const read = readSync(fd, content, done, content.length - done, start + done);
    if (read === 0) throw new RangeError('the file is shorter than its records');
    done += read;
  }
  return content;
}

/** True of the error that a write to a file system throws that takes none. */
export function isReadOnly(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'EROFS';
}

/** True of the error that a write without room, or beyond a quota, throws. */
export function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
