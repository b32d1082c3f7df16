// How much of a folder on LazyFS is not synced: its files as programs see them, beside those on the disk below.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What is looked at; beyond that only the sizes of files are compared, and more files are not. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 10_000;
const PIECE = 256 * 1024;

/** Bytes of files of `folder` that are not the same in `below`. */
export function unsyncedBytes(folder: string, below: string): number {
  const room = { bytes: MOST_BYTES };
  return filesBelow(folder).reduce((sum, file) => sum + differing(join(folder, file), join(below, file), room), 0);
}

function differing(seen: string, synced: string, room: { bytes: number }): number {
  const [one, other] = [seen, synced].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const [size, least] = [one!, Math.min(one!, other!)];
  // What was cut off, and is not yet so on the disk, counts as well.
  let bytes = Math.max(one!, other!) - least;
  if (size === 0 || room.bytes < least) return bytes;
  room.bytes -= least;
  const files = [seen, synced].map((path) => openSync(path, 'r'));
  const pieces = files.map(() => Buffer.alloc(PIECE));
  try {
    for (let at = 0; at < least; at += PIECE) {
      const length = Math.min(PIECE, least - at);
      files.forEach((fd, index) => void readSync(fd, pieces[index]!, 0, length, at));
      const [a, b] = [pieces[0]!.subarray(0, length), pieces[1]!.subarray(0, length)];
      if (!a.equals(b)) bytes += a.reduce((sum, byte, index) => sum + (byte === b[index] ? 0 : 1), 0);
    }
    return bytes;
  } finally {
    for (const fd of files) closeSync(fd);
  }
}

/** Regular files, by their path below the folder. Links are not followed. */
function filesBelow(root: string): string[] {
  const found: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(path);
      if (found.length + waiting.length > MOST_FILES) return found;
    }
  }
  return found;
}
