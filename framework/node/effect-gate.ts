// Effects wait for durability: what a node sends leaves only after everything it wrote before is on disk.
import type { Message } from '../contracts/message.js';

export class EffectGate {
  readonly #transmit: (message: Message) => void;
  /** Writes asked for, and writes known to be durable. */
  #written = 0;
  #durable = 0;
  readonly #messages: Message[] = [];
  /** For each waiting message, how many writes must be durable first; ascending. */
  readonly #marks: number[] = [];

  constructor(transmit: (message: Message) => void) {
    this.#transmit = transmit;
  }

  /** Number of writes so far: pass it to `synced` when they are durable. */
  get written(): number {
    return this.#written;
  }

  get dirty(): boolean {
    return this.#durable < this.#written;
  }

  wrote(): void {
    this.#written++;
  }

  send(message: Message): void {
    if (this.#durable === this.#written) {
      this.#transmit(message);
    } else {
      this.#messages.push(message);
      this.#marks.push(this.#written);
    }
  }

  /** The first `writes` writes are durable: releases, in order, what waited for them. */
  synced(writes: number): void {
    if (writes > this.#durable) this.#durable = writes;
    const marks = this.#marks;
    let ready = 0;
    while (ready < marks.length && marks[ready]! <= this.#durable) ready++;
    if (ready === 0) return;
    const messages = this.#messages;
    for (let i = 0; i < ready; i++) this.#transmit(messages[i]!);
    if (ready === messages.length) {
      messages.length = 0;
      marks.length = 0;
    } else {
      messages.splice(0, ready);
      marks.splice(0, ready);
    }
  }
}
