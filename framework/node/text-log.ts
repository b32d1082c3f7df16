// A text file that grows by lines, buffered: node logs and message logs.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const FLUSH_AT = 64 * 1024;

export class TextLog {
  #fd: number | null = null;
  #buffer: string[] = [];
  #size = 0;
  readonly #path: string;

  /** The file is made at the first flush, so that a silent node leaves none. */
  constructor(path: string) {
    this.#path = path;
  }

  write(line: string): void {
    this.#buffer.push(line);
    this.#size += line.length + 1;
    if (this.#size >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#buffer.length === 0) return;
    if (this.#fd === null) {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#fd = openSync(this.#path, 'a');
    }
    writeSync(this.#fd, `${this.#buffer.join('\n')}\n`);
    this.#buffer = [];
    this.#size = 0;
  }

  close(): void {
    this.flush();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
