// Writes a tar archive as a stream, so that an image is imported without a copy of it on the disk.
import { createReadStream } from 'node:fs';
import { ChaosError } from '../../contracts/error.js';

export type TarEntry =
  | { kind: 'folder'; path: string; mode?: number }
  | { kind: 'link'; path: string; to: string }
  | { kind: 'text'; path: string; text: string }
  /** `size` bytes of a file of this machine. */
  | { kind: 'file'; path: string; from: string; size: number; mode: number };

const BLOCK = 512;
const TYPES = { text: '0', file: '0', link: '2', folder: '5' } as const;

/** Entries in their order, all owned by root and of the same date, so that the same entries give the same bytes. */
export async function* tarOf(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    const size = sizeOf(entry);
    yield header(entry, size);
    if (entry.kind === 'text') yield Buffer.from(entry.text);
    if (entry.kind === 'file') yield* contents(entry.from, size);
    const rest = size % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* contents(path: string, size: number): AsyncGenerator<Buffer> {
  let left = size;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    left -= (chunk as Buffer).length;
    yield chunk as Buffer;
  }
  if (left !== 0) throw new ChaosError('file-changed', `${path} changed while it was read`, { hint: 'Try again.' });
}

function sizeOf(entry: TarEntry): number {
  if (entry.kind === 'text') return Buffer.byteLength(entry.text);
  return entry.kind === 'file' ? entry.size : 0;
}

/** As in POSIX.1-1988 (ustar). */
function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [folder, name] = nameParts(entry.path);
  const mode = entry.kind === 'file' || entry.kind === 'folder' ? (entry.mode ?? 0o755) : 0o644;
  block.write(name, 0);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, size);
  octal(block, 136, 12, 0);
  block.write('        ', 148);
  block.write(TYPES[entry.kind], 156);
  if (entry.kind === 'link') block.write(entry.to, 157, 100);
  block.write('ustar\x0000', 257);
  block.write('root', 265);
  block.write('root', 297);
  block.write(folder, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(block: Buffer, at: number, width: number, value: number): void {
  block.write(value.toString(8).padStart(width - 1, '0'), at);
}

/** A name of at most 100 bytes, and up to 155 bytes of folders before it. */
function nameParts(path: string): [folder: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let cut = path.indexOf('/'); cut >= 0; cut = path.indexOf('/', cut + 1)) {
    const [folder, name] = [path.slice(0, cut), path.slice(cut + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(folder) <= 155) return [folder, name];
  }
  throw new ChaosError('path-too-long', `${path} is too long for a tar archive`, { kind: 'internal' });
}
