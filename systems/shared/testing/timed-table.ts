// For tests: nodes in virtual time, on a network whose messages arrive by themselves, late, twice or not at all.
import type { Message } from '../../../framework/contracts/message.js';
import type { Protocol } from '../../../framework/contracts/protocol.js';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { MessageTable, type TableOptions } from './message-table.js';

/** Milliseconds that a message takes, at least, and what is added at random. */
const LATENCY = 1;
const JITTER = 2;

export class TimedTable<N extends Protocol> extends MessageTable<N> {
  /** Fractions of all messages. */
  loss = 0;
  duplicates = 0;
  delay = JITTER;
  readonly #random: Random;

  /** Nodes that are made must not send before time passes. */
  constructor(options: TableOptions<N>) {
    super(options);
    this.#random = createRandom(options.seed ?? 1, 'network');
  }

  /** Only nodes of one group hear each other. */
  partition(...groups: readonly (readonly string[])[]): void {
    this.passes = ({ src, dest }) => groups.some((group) => group.includes(src) && group.includes(dest));
  }

  heal(): void {
    this.passes = () => true;
  }

  protected override post(message: Message): void {
    if (!this.passes(message) || this.#random.chance(this.loss)) return;
    const copies = this.#random.chance(this.duplicates) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.later(LATENCY + this.#random.float() * this.delay, () => this.give(message));
    }
  }
}
