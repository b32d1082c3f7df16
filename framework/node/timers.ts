// Named timers on a node's own clock. Setting one again later costs nothing: the event in flight notices when it fires.
import { type Milliseconds, type Nanoseconds, toNs } from '../contracts/time.js';
import type { NodeClock } from './node-clock.js';

interface Timer {
  /** On the node's clock; Infinity: not set. */
  deadline: Nanoseconds;
  /** True instant of the event in flight; Infinity: none. Others in flight are stale. */
  scheduled: Nanoseconds;
}

export class Timers {
  readonly #timers = new Map<string, Timer>();
  readonly #clock: NodeClock;
  readonly #schedule: (instant: Nanoseconds, task: () => void) => void;
  readonly #fire: (name: string) => void;

  /** `schedule` runs a task at a true instant; `fire` is called with the name of a timer that is due. */
  constructor(
    clock: NodeClock,
    schedule: (instant: Nanoseconds, task: () => void) => void,
    fire: (name: string) => void,
  ) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#fire = fire;
  }

  set(name: string, delay: Milliseconds): void {
    let timer = this.#timers.get(name);
    if (timer === undefined) {
      timer = { deadline: Number.POSITIVE_INFINITY, scheduled: Number.POSITIVE_INFINITY };
      this.#timers.set(name, timer);
    }
    timer.deadline = this.#clock.elapsed() + toNs(delay);
    this.#arm(name, timer);
  }

  cancel(name: string): void {
    const timer = this.#timers.get(name);
    if (timer !== undefined) timer.deadline = Number.POSITIVE_INFINITY;
  }

  /** After a change of the clock's rate: due times have moved. */
  rearm(): void {
    for (const [name, timer] of this.#timers) this.#arm(name, timer);
  }

  clear(): void {
    for (const timer of this.#timers.values()) {
      timer.deadline = Number.POSITIVE_INFINITY;
      timer.scheduled = Number.POSITIVE_INFINITY;
    }
  }

  #arm(name: string, timer: Timer): void {
    if (timer.deadline === Number.POSITIVE_INFINITY) return;
    const instant = this.#clock.trueInstant(timer.deadline);
    if (timer.scheduled <= instant) return;
    timer.scheduled = instant;
    this.#schedule(instant, () => {
      if (timer.scheduled !== instant) return;
      timer.scheduled = Number.POSITIVE_INFINITY;
      if (timer.deadline <= this.#clock.elapsed()) {
        timer.deadline = Number.POSITIVE_INFINITY;
        this.#fire(name);
      } else this.#arm(name, timer);
    });
  }
}
