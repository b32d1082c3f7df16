// A line of JSON for every message and its fate; off by default, for when a protocol has to be read message by message.
import type { Message } from '../contracts/message.js';
import type { Milliseconds, Nanoseconds } from '../contracts/time.js';

export class MessageLog {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** `delays`: one for each copy that will arrive; none: lost or cut. */
  record(time: Nanoseconds, message: Message, delays: readonly Milliseconds[]): void {
    this.#write(JSON.stringify({ time, src: message.src, dest: message.dest, body: message.body, delays }));
  }
}
