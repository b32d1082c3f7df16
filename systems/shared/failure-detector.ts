// Suspects a peer that has been silent for too long, by the node's own clock. A sign of life costs one reading of that clock.
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Milliseconds } from '../../framework/contracts/time.js';

/** Timers are rounded to nanoseconds: what is due within this many milliseconds is due. */
const DUE = 0.01;

/** Watches one peer (whoever leads) with one timer, which is left alone at a sign of life and looks back when it fires. */
export class FailureDetector {
  readonly #env: Environment;
  readonly #timer: string;
  readonly #patience: () => Milliseconds;
  #heard = Number.NEGATIVE_INFINITY;
  #wait: Milliseconds = 0;

  /** `patience` draws how long silence is borne, anew at each `arm`. */
  constructor(env: Environment, timer: string, patience: () => Milliseconds) {
    this.#env = env;
    this.#timer = timer;
    this.#patience = patience;
  }

  /** Milliseconds since the last sign of life; Infinity: there was none in this life of the node. */
  get silence(): Milliseconds {
    return this.#env.elapsed() - this.#heard;
  }

  /** The peer lives. */
  heard(): void {
    this.#heard = this.#env.elapsed();
  }

  /** Waits from now on, with fresh patience. */
  arm(): void {
    this.#wait = this.#patience();
    this.#env.setTimer(this.#timer, this.#wait);
  }

  disarm(): void {
    this.#env.cancelTimer(this.#timer);
  }

  /** For when the timer fires. True: the silence has lasted too long; false: it has not, and the timer is set again. */
  expired(): boolean {
    const left = this.#heard + this.#wait - this.#env.elapsed();
    if (left <= DUE) return true;
    this.#env.setTimer(this.#timer, left);
    return false;
  }
}
