// The last update that each client asked for, so that one which the network delivers twice is made once, restarts included.

/** Clients that are remembered; a request comes twice within moments or never. */
const REMEMBERED = 1000;

export class LastRequests {
  readonly #last = new Map<string, number>();

  /** True when the client has asked for this, or for something later. */
  isRepeated(client: string, id: number): boolean {
    return id <= (this.#last.get(client) ?? Number.NEGATIVE_INFINITY);
  }

  note(client: string, id: number): void {
    this.#last.delete(client);
    this.#last.set(client, id);
    if (this.#last.size <= REMEMBERED) return;
    const [oldest] = this.#last.keys();
    this.#last.delete(oldest!);
  }

  entries(): readonly (readonly [string, number])[] {
    return [...this.#last];
  }
}
