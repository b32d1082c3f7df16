// What a crash or a bad disk does to a dead node's log. SIGKILL alone keeps the page cache, so the parent takes away what no
// sync had covered.
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import type { Random } from '../../contracts/random.js';
import { CorruptLogError } from '../corrupt-log.js';
import {
  FILE_HEADER,
  FRAME_HEADER,
  type Frame,
  generationOf,
  isZero,
  KIND_APPEND,
  scanFrames,
  sealFrame,
} from './frame.js';
import { logPath, markPath } from './log-folder.js';
import { readMark } from './synced-mark.js';

/** `prefix`: a random part of what was not synced survives, cut at any byte. `none`: nothing of it. */
export type Keep = 'prefix' | 'none';

/** Returns how many unsynced bytes are gone. A log that does not exist or is damaged is left alone. */
export function crash(folder: string, random: Random, keep: Keep): number {
  const log = readLog(folder);
  if (log === null) return 0;
  const unsynced = log.end - log.synced;
  if (unsynced <= 0) return 0;
  const kept = keep === 'none' ? 0 : random.int(unsynced + 1);
  if (kept < unsynced) truncateSync(logPath(folder), log.synced + kept);
  return unsynced - kept;
}

/** Leaves half a record at the end of the log: of the last unsynced one or, with none, of one that was just being written. */
export function tear(folder: string, random: Random): void {
  const log = readLog(folder);
  if (log === null) return;
  const { file, end, last, synced } = log;
  if (!isZero(file, end)) return;
  if (last >= synced) {
    truncateSync(logPath(folder), last + 1 + random.int(end - last - 1));
    return;
  }
  const record = Buffer.alloc(FRAME_HEADER + 32, 'x');
  sealFrame(record, KIND_APPEND, 0, 0, record.length);
  truncateSync(logPath(folder), end);
  writeFileSync(logPath(folder), record.subarray(0, 1 + random.int(record.length - 1)), { flag: 'a' });
}

/**
 * Flips one bit of the durable part of the log, `position` (0..1) of the way through its records, at the next byte that is
 * not in `flipped` yet. Returns the byte's position, or null when the log has no record.
 */
export function flipBit(folder: string, position: number, flipped: ReadonlySet<number>): number | null {
  const size = durableLength(folder) - FILE_HEADER;
  const first = Math.min(size - 1, Math.floor(position * size));
  for (let step = 0; step < size; step++) {
    const at = FILE_HEADER + ((first + step) % size);
    if (flipped.has(at)) continue;
    invert(folder, at);
    return at;
  }
  return null;
}

/** Flips it back. */
export function unflipBit(folder: string, at: number): void {
  invert(folder, at);
}

function invert(folder: string, at: number): void {
  const path = logPath(folder);
  const byte = readFileSync(path)[at];
  if (byte === undefined) return;
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from([byte ^ (1 << (at % 8))]), 0, 1, at);
  closeSync(fd);
}

interface Log {
  file: Buffer;
  /** How much is durable, where the last complete record begins (-1: there is none), and where it ends. */
  synced: number;
  last: number;
  end: number;
}

/** As its last sync left it, whatever has been damaged since; 0 where there is no log. */
function durableLength(folder: string): number {
  const log = readLog(folder);
  return log?.synced ?? readMark(markPath(folder))?.length ?? 0;
}

/** Null where there is no log, or a damaged one. */
function readLog(folder: string): Log | null {
  if (!existsSync(logPath(folder))) return null;
  const file = readFileSync(logPath(folder));
  return safely(() => {
    const generation = generationOf(file);
    const mark = readMark(markPath(folder));
    const synced = mark?.generation === generation ? mark.length : undefined;
    let last = -1;
    const visit = (frame: Frame) => {
      last = frame.start;
    };
    const end = scanFrames(file, FILE_HEADER, visit, synced);
    return { file, synced: Math.min(synced ?? end, end), last, end };
  });
}

function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof CorruptLogError) return null;
    throw error;
  }
}
