// A stream whose first line says what the rest of it is.
import { Transform, type TransformCallback } from 'node:stream';

/** What follows the first line of what is written to it. */
export class Headed extends Transform {
  /** The first line, without its end; empty when there is none within its longest length. */
  readonly header: Promise<string>;
  readonly #longest: number;
  #tell: (header: string) => void = () => {};
  #held: Buffer | null = Buffer.alloc(0);

  constructor(longest: number) {
    super();
    this.#longest = longest;
    this.header = new Promise((resolve) => {
      this.#tell = resolve;
    });
    this.once('close', () => this.#tell(''));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#held === null) {
      done(null, chunk);
      return;
    }
    this.#held = Buffer.concat([this.#held, chunk]);
    const end = this.#held.indexOf(0x0a);
    if (end < 0 && this.#held.length <= this.#longest) {
      done();
      return;
    }
    const rest = this.#held.subarray(end + 1);
    this.#tell(this.#held.toString('latin1', 0, Math.max(0, end)));
    this.#held = null;
    done(null, rest.length === 0 ? undefined : rest);
  }

  override _flush(done: TransformCallback): void {
    this.#tell('');
    done();
  }
}
