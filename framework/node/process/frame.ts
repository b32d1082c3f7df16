// The durable log's format on disk. A header has a checksum of its own, so an incomplete record at the end (a torn write) is
// always told apart from a damaged one: lengths are trusted only after they were checked.
import zlib from 'node:zlib';
import { CorruptLogError } from '../corrupt-log.js';

// Not imported by name: Node 18 has none, and programs that bring this file along without using it must load there, too.
const { crc32 } = zlib;

/**
 * File: 16 bytes (magic, u32 generation, u32 CRC of the 12 bytes before), then frames.
 * Frame: 16 bytes (u8 mark, u8 kind, u8 length of the scope's name, u8 0, u32 payload length, u32 payload CRC, u32 CRC of the
 * 12 bytes before), then the payload: the scope's name and JSON, UTF-8. All integers are little-endian.
 */
export const FILE_HEADER = 16;
export const FRAME_HEADER = 16;
const MAGIC = Buffer.from('chaoslg1', 'latin1');
const MARK = 0xc5;

export const KIND_APPEND = 1;
/** The payload is `[snapshot, tail]`. */
export const KIND_REPLACE = 2;

export interface Frame {
  kind: number;
  scope: string;
  /** Where the frame begins, its JSON begins, and it ends. */
  start: number;
  json: number;
  end: number;
}

export function fileHeader(generation: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER);
  MAGIC.copy(header);
  header.writeUInt32LE(generation, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** The generation in a file's header; throws CorruptLogError when it is not an intact header. */
export function generationOf(file: Buffer): number {
  if (file.length < FILE_HEADER) throw new CorruptLogError('the file is shorter than its header');
  const intact = file.readUInt32LE(12) === crc32(file.subarray(0, 12)) && file.compare(MAGIC, 0, 8, 0, 8) === 0;
  if (!intact) throw new CorruptLogError('the header of the file fails its checksum');
  return file.readUInt32LE(8);
}

/** Fills in the header of a frame whose payload stands in `buffer` from `start + FRAME_HEADER` to `end`. */
export function sealFrame(buffer: Buffer, kind: number, scopeLength: number, start: number, end: number): void {
  const payload = start + FRAME_HEADER;
  buffer[start] = MARK;
  buffer[start + 1] = kind;
  buffer[start + 2] = scopeLength;
  buffer[start + 3] = 0;
  buffer.writeUInt32LE(end - payload, start + 4);
  buffer.writeUInt32LE(crc32(buffer.subarray(payload, end)), start + 8);
  buffer.writeUInt32LE(crc32(buffer.subarray(start, start + 12)), start + 12);
}

/**
 * Walks the frames of `file` from `offset`. Returns where the last complete one ends; what follows is space kept for later
 * (zeros) or a torn tail. Throws CorruptLogError at the first frame that fails a checksum, but not from byte `unsynced` on: there
 * a kill may have cut a write into pieces, and nothing was promised.
 */
export function scanFrames(
  file: Buffer,
  offset: number,
  visit: (frame: Frame) => void,
  unsynced = Number.POSITIVE_INFINITY,
): number {
  let start = offset;
  while (start + FRAME_HEADER <= file.length) {
    const end = endOfFrame(file, start, unsynced);
    if (end === null) break;
    const payload = start + FRAME_HEADER;
    const json = payload + file[start + 2]!;
    visit({ kind: file[start + 1]!, scope: file.toString('utf8', payload, json), start, json, end });
    start = end;
  }
  return start;
}

/** Null: no complete frame begins here. */
function endOfFrame(file: Buffer, start: number, unsynced: number): number | null {
  const payload = start + FRAME_HEADER;
  if (file.readUInt32LE(start + 12) !== crc32(file.subarray(start, start + 12)) || file[start] !== MARK) {
    if (start >= unsynced || isZero(file, start)) return null;
    throw new CorruptLogError(`the record at byte ${start} fails its header checksum`);
  }
  const end = payload + file.readUInt32LE(start + 4);
  if (end > file.length) return null;
  if (file.readUInt32LE(start + 8) === crc32(file.subarray(payload, end))) return end;
  if (start >= unsynced) return null;
  throw new CorruptLogError(`the record at byte ${start} fails its checksum`);
}

/** True when nothing was ever written from `start` on. */
export function isZero(file: Buffer, start: number): boolean {
  return file.subarray(start).equals(Buffer.alloc(file.length - start));
}
