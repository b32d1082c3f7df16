// How much of the log is durable, in a tiny side file: a kill keeps the page cache, so only this tells what a crash of the
// machine would have spared.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import zlib from 'node:zlib';

// Not imported by name: Node 18 has none, and programs that bring this file along without using it must load there, too.
const { crc32 } = zlib;

const SIZE = 20;

/** Bytes of the log, of one generation of its file, that a sync has covered. */
export interface Mark {
  generation: number;
  length: number;
}

/** Writes the mark after each sync; one small write, not synced itself. */
export class SyncedMark {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(SIZE);

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }

  write(mark: Mark): void {
    const buffer = this.#buffer;
    buffer.writeUInt32LE(mark.generation, 0);
    buffer.writeDoubleLE(mark.length, 8);
    buffer.writeUInt32LE(crc32(buffer.subarray(0, 16)), 16);
    writeSync(this.#fd, buffer, 0, SIZE, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The mark in a file; null when there is none or it is not intact. */
export function readMark(path: string): Mark | null {
  let buffer: Buffer;
  try {
    buffer = readFileSync(path);
  } catch {
    return null;
  }
  if (buffer.length !== SIZE || buffer.readUInt32LE(16) !== crc32(buffer.subarray(0, 16))) return null;
  return { generation: buffer.readUInt32LE(0), length: buffer.readDoubleLE(8) };
}
