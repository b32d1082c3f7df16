// Virtual time: a world that jumps from task to task, synchronously, and lets promise callbacks run only when asked to.
import type { World } from '../contracts/deployment.js';
import { ChaosError } from '../contracts/error.js';
import { type Alarm, type Clock, type Milliseconds, type Nanoseconds, toNs } from '../contracts/time.js';
import { EventQueue } from './event-queue.js';

/** Tasks at one instant after which time is taken to stand still for good. */
const STANDSTILL = 5_000_000;

function livelock(now: Nanoseconds): ChaosError {
  return new ChaosError(
    'simulation-livelock',
    `time stands still at ${now / 1e9} s: tasks keep scheduling tasks for now`,
    {
      hint: 'a protocol that sets a timer without delay in the handler of that timer does this',
    },
  );
}

export class VirtualClock implements Clock {
  readonly #queue = new EventQueue();
  #now: Nanoseconds = 0;
  /** Tasks run since time last moved. */
  #standing = 0;
  /** Promise callbacks may be waiting. The body of `drive` is such a callback at first. */
  unsettled = true;

  now(): Nanoseconds {
    return this.#now;
  }

  at(instant: Nanoseconds, task: () => void): Alarm {
    const alarm = { live: true, cancel: () => {} };
    alarm.cancel = () => {
      alarm.live = false;
    };
    this.schedule(instant, () => {
      if (alarm.live) task();
    });
    return alarm;
  }

  /** As `at`, without the means (and the cost) to cancel. */
  schedule(instant: Nanoseconds, task: () => void): void {
    this.#queue.push(instant > this.#now ? instant : this.#now, task);
  }

  sleep(duration: Milliseconds): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(this.#now + toNs(duration), () => {
        this.unsettled = true;
        resolve();
      });
    });
  }

  settle(): void {
    this.unsettled = true;
  }

  get idle(): boolean {
    return this.#queue.size === 0;
  }

  /** Runs tasks until none is left or promise callbacks wait; returns the number run, at most `limit`. */
  run(limit: number): number {
    let count = 0;
    while (count < limit && !this.unsettled && this.#queue.size > 0) {
      const instant = this.#queue.earliest;
      if (instant > this.#now) {
        this.#now = instant;
        this.#standing = 0;
      } else if (++this.#standing > STANDSTILL) throw livelock(this.#now);
      this.#queue.pop()();
      count++;
    }
    return count;
  }
}

/** Tasks between two turns of the real event loop, so that Ctrl-C and progress output get through. */
const SLICE = 50_000;

/** A turn of the real event loop: runs every promise callback, however deep the chain. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function virtualWorld(): World & { clock: VirtualClock } {
  const clock = new VirtualClock();
  return {
    clock,
    async drive(body) {
      let done = false;
      const result = body().finally(() => {
        done = true;
      });
      // The rejection is reported by the `await` at the end; until then it must not count as unhandled.
      result.catch(() => {});
      while (!done) {
        const ran = clock.run(SLICE);
        const waiting = clock.unsettled;
        clock.unsettled = false;
        await turn();
        if (ran === 0 && !waiting && !done && clock.idle && !clock.unsettled) {
          throw new ChaosError(
            'simulation-stuck',
            'the simulation waits for something that is not simulated: no event is left, but the run is not over',
            {
              kind: 'internal',
              hint: 'a client that awaits a real timer, socket or file cannot run in simulation; use its clock and call',
            },
          );
        }
      }
      return await result;
    },
  };
}
