// A file that grows by whole lines: what a full or broken disk leaves behind still ends with a complete one.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { ChaosError, messageOf } from '../contracts/error.js';

/** The calls that may fail; tests put failing ones in their place. */
export interface FileCalls {
  write: (fd: number, bytes: Uint8Array, offset: number, length: number) => number;
  truncate: (fd: number, length: number) => void;
  close: (fd: number) => void;
}

const REAL: FileCalls = { write: writeSync, truncate: ftruncateSync, close: closeSync };

const NEWLINE = 10;

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space; what was recorded before is kept.',
  EDQUOT: 'The disk quota is used up: free some space; what was recorded before is kept.',
  EIO: 'The disk reports an error: write the results to another one; what was recorded before is kept.',
  EACCES: 'Choose a folder that you may write to.',
  EPERM: 'Choose a folder that you may write to.',
  EROFS: 'The file system is read-only: choose another folder for the results.',
  ENOENT: 'The folder does not exist: create it first.',
  ENOTDIR: 'A file is in the way: choose another folder for the results.',
  EEXIST: 'A file is in the way: choose another folder for the results.',
};

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

export function hintFor(cause: unknown): string {
  return HINTS[codeOf(cause)] ?? 'Check the disk and the permissions of the folder.';
}

export class LineFile {
  readonly path: string;
  readonly #code: string;
  readonly #fd: number;
  readonly #calls: FileCalls;
  /** Bytes of complete lines on disk. */
  #size = 0;
  #failed = false;
  #closed = false;

  /** Creates or empties the file. Every failure is a `ChaosError(code)`. */
  constructor(path: string, code: string, calls: FileCalls = REAL) {
    this.path = path;
    this.#code = code;
    this.#calls = calls;
    try {
      this.#fd = openSync(path, 'w');
    } catch (cause) {
      throw this.#error('cannot create', cause);
    }
  }

  /** True after a write failed: nothing is written any more. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * Writes the first `length` bytes, which are complete lines. The first failure throws, after the file was cut back to its
   * last complete line; from then on writing does nothing.
   */
  write(bytes: Uint8Array, length: number = bytes.length): void {
    if (this.#failed || this.#closed) return;
    let written = 0;
    try {
      while (written < length) {
        const count = this.#calls.write(this.#fd, bytes, written, length - written);
        if (count <= 0) throw new Error('the file system wrote nothing');
        written += count;
      }
      this.#size += length;
    } catch (cause) {
      this.#failed = true;
      this.#cut(bytes, written);
      throw this.#error('cannot write', cause);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#calls.close(this.#fd);
    } catch (cause) {
      if (!this.#failed) throw this.#error('cannot close', cause);
    }
  }

  /** Removes the incomplete line after `written` bytes of `bytes`. */
  #cut(bytes: Uint8Array, written: number): void {
    let kept = written;
    while (kept > 0 && bytes[kept - 1] !== NEWLINE) kept--;
    this.#size += kept;
    try {
      this.#calls.truncate(this.#fd, this.#size);
    } catch {
      // Not a regular file, or the disk is past helping: readers drop a torn last line anyway.
    }
  }

  #error(what: string, cause: unknown): ChaosError {
    return new ChaosError(this.#code, `${what} ${this.path}: ${messageOf(cause)}`, { cause, hint: hintFor(cause) });
  }
}
