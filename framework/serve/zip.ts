// A run as one archive, written while it is read: memory does not grow with the run.
import { once } from 'node:events';
import { closeSync, readSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Zip, ZipDeflate } from 'fflate';
import type { Inside, OpenedFile } from '../store/inside.js';
import { filesOf, type RunFile } from './run-files.js';

const CHUNK = 256 * 1024;
const LEVEL = 4;
/** What an archive without extensions can say: files, and bytes of all. */
const MOST_FILES = 60_000;
const MOST_BYTES = 4_000_000_000;

export interface Archive {
  readonly files: readonly RunFile[];
  readonly bytes: number;
}

/** What the archive of a run holds; a text: why there can be none. */
export function archiveOf(inside: Inside, run: readonly string[]): Archive | string {
  const { files, cut } = filesOf(inside, run, MOST_FILES);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (cut) return `The run has more than ${MOST_FILES} files.`;
  if (bytes > MOST_BYTES) return `The run has ${(bytes / 1e9).toFixed(1)} GB; an archive takes ${MOST_BYTES / 1e9}.`;
  return { files, bytes };
}

/**
 * Writes the archive and ends the stream. Files that go away or grow meanwhile are left out, or as long as they were. Rejects when
 * the stream is closed by whoever reads it.
 */
export async function writeArchive(
  inside: Inside,
  run: readonly string[],
  files: readonly RunFile[],
  to: Writable,
): Promise<void> {
  let failure: Error | null = null;
  const zip = new Zip((error, bytes) => {
    if (error !== null) failure = error;
    else if (!to.destroyed) to.write(bytes);
  });
  const root = run.map(safeName).join('-');
  const taken = new Set<string>();
  for (const file of files) {
    const opened = inside.open([...run, ...file.names]);
    if (opened === null) continue;
    const entry = new ZipDeflate(unique(`${root}/${file.names.map(safeName).join('/')}`, taken), { level: LEVEL });
    entry.mtime = zipTime(opened.modified);
    // What the owner may read, on systems that ask.
    entry.os = 3;
    entry.attrs = (0o100644 << 16) >>> 0;
    zip.add(entry);
    await compress(opened, entry, to);
    if (failure !== null) throw failure;
  }
  zip.end();
  to.end();
}

async function compress(file: OpenedFile, entry: ZipDeflate, to: Writable): Promise<void> {
  try {
    let left = file.size;
    let at = 0;
    do {
      // Compression keeps what it was given until it has written it.
      const bytes = Buffer.alloc(Math.min(CHUNK, left));
      const count = bytes.length === 0 ? 0 : readSync(file.fd, bytes, 0, bytes.length, at);
      at += count;
      left = count === 0 ? 0 : left - count;
      entry.push(bytes.subarray(0, count), left === 0);
      await roomIn(to);
    } while (left > 0);
  } finally {
    closeSync(file.fd);
  }
}

/** Others get a turn; a reader that is slow is waited for, and one that is gone ends it. */
async function roomIn(to: Writable): Promise<void> {
  await turn();
  if (to.destroyed) throw new Error('whoever asked for the archive is gone');
  if (!to.writableNeedDrain) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(to, 'drain', { signal }), once(to, 'close', { signal })]);
  } finally {
    waiting.abort();
  }
  if (to.destroyed) throw new Error('whoever asked for the archive is gone');
}

/** A name that no system takes for a way out of the folder, another drive, or a device. */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what file systems refuse
  const safe = name.replace(/[\u0000-\u001f\u007f\\/:*?"<>|]/g, '_').replace(/[. ]+$/, '_');
  return safe === '' ? '_' : safe;
}

/** Different files keep different names, also where case does not count. */
function unique(path: string, taken: Set<string>): string {
  let name = path;
  for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${path}~${i}`;
  taken.add(name.toLowerCase());
  return name;
}

/** Archives know the years from 1980 to 2099. */
function zipTime(modified: number): number {
  return Math.min(Math.max(modified, Date.UTC(1980, 0, 2)), Date.UTC(2099, 11, 30));
}
