// Tells, out of band, what this node holds whenever that has changed, and not more often than anybody can use.
import type { Environment, NodeReport } from '../../framework/contracts/protocol.js';

const TIMER = 'report';
/** Milliseconds between two reports, at least. */
const PAUSE = 100;

export class Reporter {
  readonly #env: Environment;
  readonly #state: () => NodeReport;
  #waiting = false;

  constructor(env: Environment, state: () => NodeReport) {
    this.#env = env;
    this.#state = state;
  }

  /** Something changed: it is reported within the pause, with whatever else changes until then. */
  changed(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#env.setTimer(TIMER, PAUSE);
  }

  /** True when the timer was this one's. */
  timeout(timer: string): boolean {
    if (timer !== TIMER) return false;
    this.#waiting = false;
    this.#env.report(this.#state());
    return true;
  }
}
