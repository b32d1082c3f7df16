// A node's own clock: true time seen through an offset and a rate, both of which a nemesis may change.
import type { ClockFault } from '../contracts/cluster.js';
import { type Nanoseconds, NS_PER_MS, toNs } from '../contracts/time.js';

export class NodeClock {
  readonly #trueNow: () => Nanoseconds;
  readonly #epoch: Nanoseconds;
  #rate = 1;
  #offset: Nanoseconds = 0;
  /** True and local instants at the last change of rate. */
  #trueBase: Nanoseconds;
  #localBase: Nanoseconds = 0;

  /** `epoch`: what the wall clock shows when true time is 0. */
  constructor(trueNow: () => Nanoseconds, epoch: Nanoseconds) {
    this.#trueNow = trueNow;
    this.#epoch = epoch;
    this.#trueBase = trueNow();
  }

  get rate(): number {
    return this.#rate;
  }

  /** Local nanoseconds since this clock was made: monotonic, at the node's rate. */
  elapsed(): Nanoseconds {
    const span = this.#trueNow() - this.#trueBase;
    return this.#localBase + (this.#rate === 1 ? span : Math.floor(span * this.#rate));
  }

  /** The wall clock in nanoseconds. */
  wall(): Nanoseconds {
    return this.#epoch + this.elapsed() + this.#offset;
  }

  /** First true instant at which `elapsed()` will have reached `local`, at the present rate. */
  trueInstant(local: Nanoseconds): Nanoseconds {
    const span = local - this.#localBase;
    let wait = Math.ceil(span / this.#rate);
    // Rounding may leave it a nanosecond short, and a timer would then be due at the same instant for ever.
    while (Math.floor(wait * this.#rate) < span) wait++;
    return this.#trueBase + wait;
  }

  /** Puts exactly these faults in force: offsets add up, rates multiply. */
  set(faults: readonly ClockFault[]): void {
    this.#localBase = this.elapsed();
    this.#trueBase = this.#trueNow();
    this.#rate = faults.reduce((product, fault) => product * (fault.rate ?? 1), 1);
    this.#offset = faults.reduce((sum, fault) => sum + toNs(fault.offset ?? 0), 0);
  }
}

/** Milliseconds, as protocols see them. */
export function inMs(instant: Nanoseconds): number {
  return instant / NS_PER_MS;
}
