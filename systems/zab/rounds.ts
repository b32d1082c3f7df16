// Rounds of pings: they keep followers quiet, and confirm to reads that the leader still is one.
import type { Learner } from './leader.js';
import { reachedBy } from './reached.js';
import type { Zab } from './zab.js';

interface Waiting {
  /** A majority must answer a round with this number or a later one. */
  round: number;
  /** Who asked, with its number for the question; null: this node, with a token. */
  learner: Learner | null;
  token: unknown;
  id: number;
}

/**
 * ZooKeeper's own sync is answered by the leader alone, which may have been deposed without knowing it. Here a majority has
 * to answer a round that began after the question: nobody in it had left this epoch by then, so no later epoch had
 * committed anything before the question was asked.
 */
export class Rounds {
  readonly #zab: Zab;
  /** Those whose answers count: they hold this leader's history. */
  followers: readonly Learner[] = [];
  #round = 0;
  /** Oldest first; `round` never falls. */
  #waiting: Waiting[] = [];

  constructor(zab: Zab) {
    this.#zab = zab;
  }

  add(learner: Learner | null, token: unknown, id: number): void {
    const idle = this.#waiting.length === 0;
    this.#waiting.push({ round: this.#round + 1, learner, token, id });
    // While a round is under way, questions wait for the next one and share it.
    if (idle) this.#next();
  }

  /** Someone has answered something: lets go the reads that it confirms. */
  confirm(): void {
    if (this.#waiting.length === 0) return;
    const confirmed = this.#confirmed();
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count]!.round <= confirmed) count++;
    if (count === 0) return;
    const ready = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    // Commits that a follower must have delivered were sent before: they are ahead of this frame on the same link.
    for (const { learner, token, id } of ready) {
      if (learner === null) this.#zab.machine.readable(token);
      else learner.link.push({ kind: 'synced', id });
    }
    if (this.#waiting.length > 0) this.#next();
  }

  /** Begins a round with these learners, who answer at once. */
  ping(learners: Iterable<Learner>): void {
    this.#round++;
    for (const { link } of learners) {
      link.stamp = this.#round;
      link.flush(true);
    }
  }

  end(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { learner, token } of waiting) if (learner === null) this.#zab.machine.unreadable(token);
  }

  #next(): void {
    this.ping(this.followers);
    this.confirm();
  }

  /** The latest round that a majority has answered, this node included. */
  #confirmed(): number {
    const { quorum } = this.#zab;
    return quorum === 1 ? this.#round : reachedBy(quorum - 1, this.followers, ({ link }) => link.heardStamp);
  }
}
