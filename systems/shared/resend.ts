// When to ask those again who have not answered: less and less often, in ticks of one timer for all that is under way.

/** The longest pause between two retransmissions, in ticks. */
const LONGEST_WAIT = 8;

export class Resend {
  #due = 0;
  #wait = 1;

  /** A new question: `due` is the first tick at which it is asked again. */
  begin(due: number): void {
    this.#due = due;
    this.#wait = 1;
  }

  /** True when it is time to ask again; the next time is then twice as far off. */
  isDue(tick: number): boolean {
    if (tick < this.#due) return false;
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    this.#due = tick + this.#wait;
    return true;
  }
}
