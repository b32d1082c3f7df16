// Cuts a stream of bytes into batches of whole lines.

const NEWLINE = 10;

export class LineReader {
  /** Pieces of a line whose end has not come yet. */
  #pieces: Buffer[] = [];
  #size = 0;

  /** Bytes held back because their line is incomplete. */
  get held(): number {
    return this.#size;
  }

  /** Takes a chunk; returns all complete lines as one buffer that ends before the last newline, or null when there is none. */
  push(chunk: Buffer): Buffer | null {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#hold(chunk);
      return null;
    }
    const complete = chunk.subarray(0, last);
    const batch = this.#size === 0 ? complete : Buffer.concat([...this.#pieces, complete]);
    this.#pieces = [];
    this.#size = 0;
    if (last + 1 < chunk.length) this.#hold(chunk.subarray(last + 1));
    return batch;
  }

  /** What is held, as at the end of the stream; the reader is empty afterwards. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    return rest;
  }

  #hold(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
  }
}
