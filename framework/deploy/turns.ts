// What is done to one node, one step after the other, until it is over.

export class Turns {
  #chain: Promise<void> = Promise.resolve();
  #over = false;

  /** No step begins any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Runs the step when its turn comes; one that comes too late resolves and does nothing. */
  take(step: () => Promise<void>): Promise<void> {
    const turn = this.#chain.then(async () => {
      if (!this.#over) await step();
    });
    this.#chain = turn.catch(() => {});
    return turn;
  }

  /** At once: no other step begins. */
  end(): void {
    this.#over = true;
  }

  /** Resolves when the step under way is done. */
  idle(): Promise<void> {
    return this.#chain;
  }
}
