// Lets the requests of a module run beside each other, but never beside the taking back of its faults.
import { setTimeout } from 'node:timers/promises';
import type { Milliseconds } from '../../contracts/time.js';

/** Requests end within a few seconds; one that hangs must not keep faults in force. */
const LONGEST_WAIT: Milliseconds = 10_000;

export class Turnstile {
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<unknown> = Promise.resolve();

  /** Runs beside others, once nothing runs alone any more. */
  async beside<T>(task: () => Promise<T>): Promise<T> {
    let closed: Promise<unknown>;
    do {
      closed = this.#closed;
      await closed;
    } while (closed !== this.#closed);
    const result = task();
    const settled = result.then(noop, noop);
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return result;
  }

  /** Runs once all that runs has ended, and before all that comes later. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const before = this.#closed;
    const result = (async () => {
      await before;
      await atMost(Promise.all(this.#running), LONGEST_WAIT);
      return task();
    })();
    this.#closed = result.then(noop, noop);
    return result;
  }
}

/** Resolves with the task, or after `time`. */
export async function atMost(task: Promise<unknown>, time: Milliseconds): Promise<void> {
  const timer = new AbortController();
  await Promise.race([task, setTimeout(time, undefined, { signal: timer.signal }).catch(noop)]);
  timer.abort();
}

function noop(): void {}
