// The last bytes of a stream that may be endless.

export class KeptBytes {
  readonly #most: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    while (this.#size - (this.#pieces[0]?.length ?? 0) >= this.#most && this.#pieces.length > 1) {
      this.#size -= this.#pieces.shift()!.length;
    }
    // Small pieces cost more than what they hold.
    if (this.#pieces.length > 1024) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  /** What is kept; a character that was cut at its beginning is left out. */
  text(): string {
    const all = Buffer.concat(this.#pieces);
    if (all.length <= this.#most) return all.toString('utf8');
    let start = all.length - this.#most;
    while (start < all.length && (all[start]! & 0xc0) === 0x80) start++;
    return all.toString('utf8', start);
  }
}
