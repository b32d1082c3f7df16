// A file of zeros, written in the background, for the log to move into: it then finds its blocks there, and no sync has to
// wait for the file system to hand them out.
import { closeSync, fdatasync, write } from 'node:fs';

const ZEROS = Buffer.alloc(256 * 1024);

export class SpareFile {
  readonly #fd: number;
  readonly size: number;
  /** A file must not be closed, and its number be used again, while a write is under way. */
  #busy = true;
  /** True when there was no room for it. */
  failed = false;
  #closed = false;

  /** Takes over the open file and fills its first `size` bytes. */
  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
    this.#fill(0);
  }

  /** True once it is full of zeros, durably. */
  get ready(): boolean {
    return !this.#busy && !this.failed && !this.#closed;
  }

  /** The open file, which is the caller's from now on. Only when it is ready. */
  take(): number {
    if (!this.ready) throw new Error('a spare file was taken before it was ready');
    this.#closed = true;
    return this.#fd;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#busy) closeSync(this.#fd);
  }

  #fill(from: number): void {
    if (from < this.size) {
      const length = Math.min(ZEROS.length, this.size - from);
      write(this.#fd, ZEROS, 0, length, from, (error, written) => {
        if (error !== null || this.#closed) this.#stop(error);
        else this.#fill(from + written);
      });
    } else fdatasync(this.#fd, (error) => this.#stop(error));
  }

  /** Without room for a spare file there is none: the log does without. */
  #stop(error: Error | null): void {
    this.#busy = false;
    this.failed = error !== null;
    if (this.#closed) closeSync(this.#fd);
  }
}
