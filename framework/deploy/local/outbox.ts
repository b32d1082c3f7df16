// Collects the lines for one node during a turn of the event loop, so that they leave in a single write.

const NEWLINE = 10;

export class Outbox {
  #buffer: Buffer = Buffer.allocUnsafe(0);
  #length = 0;
  /** Text that is not in the buffer yet: neighbours are encoded together. */
  #text = '';
  #capacity = 4096;

  get size(): number {
    return this.#length + this.#text.length;
  }

  /** Adds text as it is; lines bring their newline. */
  text(text: string): void {
    this.#text += text;
  }

  /** Adds bytes, and a newline behind them. */
  line(source: Buffer, start: number, end: number): void {
    this.#encode();
    const size = end - start;
    this.#reserve(size + 1);
    source.copy(this.#buffer, this.#length, start, end);
    this.#length += size + 1;
    this.#buffer[this.#length - 1] = NEWLINE;
  }

  /** Everything collected, for the caller to keep; the outbox is empty afterwards. */
  take(): Buffer {
    this.#encode();
    const taken = this.#buffer.subarray(0, this.#length);
    // A little more than the last turn needed: most turns then allocate once.
    this.#capacity = Math.min(Math.max(4096, this.#length + (this.#length >> 1)), 1 << 20);
    this.#buffer = Buffer.allocUnsafe(0);
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#text = '';
    this.#length = 0;
  }

  #encode(): void {
    if (this.#text === '') return;
    this.#reserve(3 * this.#text.length);
    this.#length += this.#buffer.write(this.#text, this.#length);
    this.#text = '';
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length, this.#capacity));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
