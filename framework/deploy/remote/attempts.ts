// The end of a cluster: every step is tried, whatever became of the one before, and none takes for ever.
import { ChaosError } from '../../contracts/error.js';
import { type Alarm, type Clock, type Milliseconds, toNs } from '../../contracts/time.js';

/** What a host gets to end and to hand over what it has. */
const LIMIT: Milliseconds = 30_000;

export class Attempts {
  readonly #clock: Clock;
  readonly #errors: unknown[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never rejects. `title` goes on from "could not". */
  async one(title: string, step: () => Promise<unknown>): Promise<void> {
    let alarm: Alarm | undefined;
    const late = new Promise<never>((_, reject) => {
      const slow = new ChaosError('host-slow', `could not ${title} within ${LIMIT / 1000} s`);
      alarm = this.#clock.at(this.#clock.now() + toNs(LIMIT), () => reject(slow));
    });
    await Promise.race([step(), late]).catch((error: unknown) => this.#errors.push(error));
    alarm?.cancel();
  }

  /** Of all of them at once. */
  async all<T>(items: readonly T[], title: (item: T) => string, step: (item: T) => Promise<unknown>): Promise<void> {
    await Promise.all(items.map((item) => this.one(title(item), () => step(item))));
  }

  /** Throws the first error there was. */
  conclude(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}
