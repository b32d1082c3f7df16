// Everything acquired registers its release before it is used; release runs in reverse order, whatever happened.

interface Entry {
  title: string;
  release: () => Promise<void> | void;
}

export class Teardown {
  #entries: Entry[] = [];

  /** Registers a release; it must be safe to run even if what it releases was never acquired. */
  defer(title: string, release: () => Promise<void> | void): void {
    this.#entries.push({ title, release });
  }

  /** Releases everything, last first. A release that fails does not keep the others from running. */
  async run(): Promise<{ title: string; error: unknown }[]> {
    const failures: { title: string; error: unknown }[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      try {
        await entry.release();
      } catch (error) {
        failures.push({ title: entry.title, error });
      }
    }
    return failures;
  }
}
