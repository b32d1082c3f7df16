// What a crash or a bad disk does to a dead node's log. SIGKILL alone keeps the page cache, so the parent takes away what no
// sync had covered.
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
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
import { logPath, markPath, wholePath } from './log-folder.js';
import { readMark, SyncedMark } from './synced-mark.js';

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

/**
 * Cuts off the end of the durable part of the log, `position` (0..1) of the way through its records, and at least its last byte.
 * Returns how long the log would be with this cut alone, or null when it has no record. What is cut off is kept beside the log.
 */
export function cutLog(folder: string, position: number): number | null {
  const size = durableLength(folder) - FILE_HEADER;
  if (size <= 0) return null;
  const at = FILE_HEADER + Math.min(size - 1, Math.floor(position * size));
  if (!existsSync(wholePath(folder))) {
    remark(folder);
    copyFileSync(logPath(folder), wholePath(folder));
  }
  if (readFileSync(logPath(folder)).length > at) truncateSync(logPath(folder), at);
  return at;
}

/** Puts back what was cut off; `cuts` are those that stay. */
export function uncutLog(folder: string, cuts: readonly number[]): void {
  const whole = wholePath(folder);
  if (!existsSync(whole)) return;
  if (cuts.length === 0) renameSync(whole, logPath(folder));
  else writeFileSync(logPath(folder), readFileSync(whole).subarray(0, Math.min(...cuts)));
}

/** After a kill amid compaction the mark is of the file before, and all of the new one is durable: only a mark shows that it is cut. */
function remark(folder: string): void {
  const log = readLog(folder);
  if (log === null || readMark(markPath(folder))?.generation === log.generation) return;
  const mark = new SyncedMark(markPath(folder));
  mark.write({ generation: log.generation, length: log.end });
  mark.close();
}

function invert(folder: string, at: number): void {
  // In what is cut off, too: it comes back.
  for (const path of [logPath(folder), wholePath(folder)]) if (existsSync(path)) invertIn(path, at);
}

function invertIn(path: string, at: number): void {
  const byte = readFileSync(path)[at];
  if (byte === undefined) return;
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from([byte ^ (1 << (at % 8))]), 0, 1, at);
  closeSync(fd);
}

interface Log {
  file: Buffer;
  generation: number;
  /** How much is durable, where the last complete record begins (-1: there is none), and where it ends. */
  synced: number;
  last: number;
  end: number;
}

/** As its last sync left it, whatever has been damaged since; 0 where there is no log. */
function durableLength(folder: string): number {
  const log = readLog(folder, existsSync(wholePath(folder)) ? wholePath(folder) : logPath(folder));
  return log?.synced ?? readMark(markPath(folder))?.length ?? 0;
}

/** Null where there is no log, or a damaged one. */
function readLog(folder: string, path = logPath(folder)): Log | null {
  if (!existsSync(path)) return null;
  const file = readFileSync(path);
  return safely(() => {
    const generation = generationOf(file);
    const mark = readMark(markPath(folder));
    const synced = mark?.generation === generation ? mark.length : undefined;
    let last = -1;
    const visit = (frame: Frame) => {
      last = frame.start;
    };
    const end = scanFrames(file, FILE_HEADER, visit, synced);
    return { file, generation, synced: Math.min(synced ?? end, end), last, end };
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
