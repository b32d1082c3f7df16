// Batches what goes to one node: what one event has for it is one message, and on a busy node what one batch of events has for it
// (the timer `flush`, with no delay). What writes to the log comes last, since all that is sent after it waits for the disk.
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Part } from './messages.js';

export const FLUSH = 'flush';

export class Outbox {
  readonly #env: Environment;
  readonly #mark: () => number;
  readonly #waiting = new Map<string, Part[]>();
  #writes: (() => void)[] = [];
  #flushing = false;

  /** `mark`: of the members as this node sees them; every batch says it. */
  constructor(env: Environment, mark: () => number) {
    this.#env = env;
    this.#mark = mark;
  }

  send(node: string, part: Part): void {
    const parts = this.#waiting.get(node);
    if (parts === undefined) this.#waiting.set(node, [part]);
    else parts.push(part);
  }

  /** Something that writes to the log, to be done when all else has been said. */
  write(task: () => void): void {
    this.#writes.push(task);
  }

  /** At the end of every event. `busy`: others are about to follow, and a message for each would be too many. */
  release(busy: boolean): void {
    if (this.#flushing || (this.#waiting.size === 0 && this.#writes.length === 0)) return;
    if (!busy) {
      this.#turn();
    } else {
      this.#flushing = true;
      this.#env.setTimer(FLUSH, 0);
    }
  }

  /** The timer. */
  flush(): void {
    this.#flushing = false;
    this.#turn();
  }

  #turn(): void {
    this.#transmit();
    while (this.#writes.length > 0) {
      const writes = this.#writes;
      this.#writes = [];
      for (const write of writes) write();
    }
    this.#transmit();
  }

  #transmit(): void {
    for (const [node, parts] of this.#waiting) this.#env.send(node, { type: 'batch', ring: this.#mark(), parts });
    this.#waiting.clear();
  }
}
