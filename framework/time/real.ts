// Real time, counted from the start of the run.
import type { World } from '../contracts/deployment.js';
import { type Alarm, type Clock, type Milliseconds, type Nanoseconds, NS_PER_MS } from '../contracts/time.js';

export class RealClock implements Clock {
  // Not hrtime: its BigInt costs an allocation an operation.
  readonly #origin = performance.now();

  now(): Nanoseconds {
    return Math.round((performance.now() - this.#origin) * NS_PER_MS);
  }

  at(instant: Nanoseconds, task: () => void): Alarm {
    const wait = (instant - this.now()) / NS_PER_MS;
    if (wait < 0.5) {
      const soon = setImmediate(task);
      return { cancel: () => clearImmediate(soon) };
    }
    const timer = setTimeout(task, wait);
    return { cancel: () => clearTimeout(timer) };
  }

  sleep(duration: Milliseconds): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, duration));
  }

  settle(): void {}
}

export function realWorld(): World {
  return { clock: new RealClock(), drive: (body) => body() };
}
