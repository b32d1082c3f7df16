// When operations are issued: open loop at a rate with a bounded backlog, or closed loop as fast as clients are answered.
import type { Random } from '../contracts/random.js';
import { type Alarm, type Clock, type Nanoseconds, NS_PER_S } from '../contracts/time.js';
import type { Clients } from './clients.js';

/** Arrivals that may wait for a free client, per client; more are shed, and the achieved rate tells. */
const BACKLOG_PER_CLIENT = 4;

export class Load {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #interval: Nanoseconds | null;
  readonly #idle: number[];
  readonly #limit: number;
  /** When the arrivals that wait were due. */
  readonly #backlog: Nanoseconds[] = [];
  #due: Nanoseconds = 0;
  #running = false;
  #alarm: Alarm | null = null;
  #issue: (thread: number) => boolean = () => false;
  /** Told how late an arrival was issued, in nanoseconds (open loop). */
  readonly #onIssue: ((late: Nanoseconds) => void) | undefined;
  /** Arrivals that found every client busy and the backlog full. */
  shed = 0;
  issued = 0;

  /** `rate`: operations per second over all threads; null: closed loop. */
  constructor(
    clock: Clock,
    random: Random,
    threads: number,
    rate: number | null,
    onIssue?: (late: Nanoseconds) => void,
  ) {
    this.#onIssue = onIssue;
    this.#clock = clock;
    this.#random = random;
    this.#interval = rate === null ? null : NS_PER_S / rate;
    this.#idle = Array.from({ length: threads }, (_, thread) => thread);
    this.#limit = threads * BACKLOG_PER_CLIENT;
  }

  start(clients: Pick<Clients, 'issue'>): void {
    this.#issue = (thread) => clients.issue(thread);
    this.#running = true;
    if (this.#interval === null) {
      for (const thread of this.#idle.splice(0)) this.#give(thread);
      return;
    }
    this.#due = this.#clock.now() + this.#gap();
    this.#wait();
  }

  /** No operation is issued after this. */
  stop(): void {
    this.#running = false;
    this.#alarm?.cancel();
  }

  /** A thread is free (again). */
  onIdle(thread: number): void {
    const due = this.#backlog[0];
    if (!this.#running || (this.#interval !== null && due === undefined)) {
      this.#idle.push(thread);
      return;
    }
    if (due !== undefined) {
      this.#backlog.shift();
      this.#onIssue?.(this.#clock.now() - due);
    }
    this.#give(thread);
  }

  #give(thread: number): void {
    if (this.#issue(thread)) this.issued++;
  }

  #wait(): void {
    this.#alarm = this.#clock.at(this.#due, () => this.#arrive());
  }

  #arrive(): void {
    const now = this.#clock.now();
    while (this.#running && this.#due <= now) {
      const thread = this.#idle.shift();
      if (thread !== undefined) {
        this.#onIssue?.(now - this.#due);
        this.#give(thread);
      } else if (this.#backlog.length < this.#limit) this.#backlog.push(this.#due);
      else this.shed++;
      this.#due += this.#gap();
    }
    if (this.#running) this.#wait();
  }

  /** Uniform in [0, 2 intervals): arrivals do not march in step, and the mean is the rate. */
  #gap(): Nanoseconds {
    return Math.round(this.#random.between(0, 2) * this.#interval!);
  }
}
