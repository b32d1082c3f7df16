// Lines of a stream whose writer may be at fault: one that is too long is told instead of kept.
import { LineReader } from '../../node/process/line-reader.js';

export class BoundedLines {
  readonly #most: number;
  readonly #reader = new LineReader();
  /** The line that has begun was too long. */
  #skipping = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that end in this chunk; null stands for one of more than `most` bytes. */
  push(chunk: Buffer): (string | null)[] {
    const batch = this.#reader.push(chunk);
    const lines: (string | null)[] = batch === null ? [] : batch.toString('utf8').split('\n');
    if (lines.length > 0 && this.#skipping) {
      lines[0] = null;
      this.#skipping = false;
    }
    if (this.#reader.held > this.#most) {
      this.#reader.rest();
      this.#skipping = true;
    }
    return lines.map((line) => (line !== null && line.length > this.#most ? null : line));
  }
}
