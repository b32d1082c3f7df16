// The dead-man's switch: whoever says nothing for longer than the bound is taken for dead.
import type { Milliseconds } from '../../contracts/time.js';

/** Node's timers take no more. */
const LONGEST: Milliseconds = 2 ** 31 - 1;

/** Measures on a clock that nobody can set, and which goes on while this process is stopped. */
export class Lease {
  readonly #expired: () => void;
  #bound: Milliseconds;
  #last = now();
  #timer: NodeJS.Timeout | null = null;

  /** `expired` is called once for each time that it runs out, at the earliest `bound` after the last word. */
  constructor(bound: Milliseconds, expired: () => void) {
    this.#bound = bound;
    this.#expired = expired;
    this.#arm();
  }

  get running(): boolean {
    return this.#timer !== null;
  }

  /** Somebody has said something. False when that came too late. */
  renew(): boolean {
    if (this.overdue() || !this.running) return false;
    this.#last = now();
    return true;
  }

  /** Begins anew after it has run out or been stopped. */
  restart(bound: Milliseconds = this.#bound): void {
    this.stop();
    this.#bound = bound;
    this.#last = now();
    this.#arm();
  }

  /** Tells at once when it has run out: timers of a process that was stopped may come after what has been waiting in its sockets. */
  overdue(): boolean {
    if (this.#timer === null || now() - this.#last < this.#bound) return false;
    this.stop();
    this.#expired();
    return true;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Words come far more often than it runs out: one timer serves many of them. */
  #arm(): void {
    const left = Math.ceil(this.#last + this.#bound - now());
    this.#timer = setTimeout(() => this.overdue() || this.#arm(), Math.min(LONGEST, Math.max(1, left)));
  }
}

function now(): Milliseconds {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
