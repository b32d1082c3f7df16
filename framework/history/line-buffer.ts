// Bytes of lines on their way to a file, written by hand: an event costs a few hundred stores and no garbage.

const SLACK = 64 * 1024;

export class LineBuffer {
  bytes: Buffer;
  length = 0;

  /** `size`: how much is gathered before the owner flushes; a longer line makes the buffer longer. */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size + SLACK);
  }

  /** Makes room for `count` more bytes; the methods below do not check. */
  room(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const longer = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
  }

  byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  copy(part: Uint8Array): void {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < part.length; i++) bytes[at++] = part[i]!;
    this.length = at;
  }

  /** Any text; makes its own room. */
  text(text: string): void {
    this.room(text.length * 3);
    this.length += this.bytes.write(text, this.length);
  }

  /** A whole number below 2^53, at most 16 digits. */
  natural(value: number): void {
    if (value < 1_000_000_000) {
      this.#digits(value | 0, width(value | 0));
      return;
    }
    const high = Math.floor(value / 1_000_000_000);
    this.#digits(high, width(high));
    this.#digits(value - high * 1_000_000_000, 9);
  }

  /** An int32. */
  integer(value: number): void {
    if (value >= 0) {
      this.natural(value);
      return;
    }
    this.byte(0x2d);
    this.natural(-value);
  }

  #digits(value: number, count: number): void {
    const { bytes } = this;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length += count;
  }
}

function width(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    if (value < 1_000) return 3;
    return value < 10_000 ? 4 : 5;
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}
