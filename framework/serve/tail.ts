// A file that somebody else appends lines to: gives each whole line once, and waits for the rest of a torn one.
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Inside } from '../store/inside.js';

const NEWLINE = 10;
/** Bytes of one look. */
const CHUNK = 4 << 20;

/** From a longer file only the end is read: whoever comes late wants to see what happens now. Bytes. */
const MOST_BEHIND = 64 << 20;

export class Tail {
  readonly #inside: Inside;
  readonly #names: readonly string[];
  #fd = -1;
  #at = 0;
  /** The beginning of a line whose end has not been written yet. */
  #rest: Buffer = Buffer.alloc(0);
  /** The rest of a line that is too long, or that began before the place where reading began. */
  #skipping = false;
  #partial = false;
  #behind = false;

  constructor(inside: Inside, names: readonly string[]) {
    this.#inside = inside;
    this.#names = names;
  }

  /** The beginning of the file was left out. */
  get partial(): boolean {
    return this.#partial;
  }

  /** There was more than one look takes: look again soon. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The whole lines that were written since the last look; null when the file became shorter: it begins again. */
  look(): string[] | null {
    this.#behind = false;
    if (this.#fd < 0 && !this.#open()) return [];
    const { size } = fstatSync(this.#fd);
    if (size < this.#at) {
      this.close();
      return null;
    }
    const bytes = Buffer.allocUnsafe(Math.min(CHUNK, size - this.#at));
    const count = bytes.length === 0 ? 0 : readSync(this.#fd, bytes, 0, bytes.length, this.#at);
    this.#at += count;
    this.#behind = this.#at < size;
    return this.#lines(bytes.subarray(0, count));
  }

  /** It can be looked at again, from its beginning. */
  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    this.#at = 0;
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
  }

  #open(): boolean {
    const file = this.#inside.open(this.#names);
    if (file === null) return false;
    this.#fd = file.fd;
    this.#partial = file.size > MOST_BEHIND;
    this.#skipping = this.#partial;
    this.#at = this.#partial ? file.size - MOST_BEHIND : 0;
    return true;
  }

  #lines(bytes: Buffer): string[] {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.#keep(Buffer.concat([this.#rest, bytes]));
      return [];
    }
    const lines = Buffer.concat([this.#rest, bytes.subarray(0, end)])
      .toString('utf8')
      .split('\n');
    if (this.#skipping) lines.shift();
    this.#skipping = false;
    this.#keep(Buffer.from(bytes.subarray(end + 1)));
    return lines;
  }

  #keep(rest: Buffer): void {
    const tooLong = rest.length > CHUNK;
    if (tooLong) this.#skipping = true;
    this.#rest = tooLong ? Buffer.alloc(0) : rest;
  }
}
