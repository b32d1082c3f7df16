// The last request of each client, so that one which the network delivers twice is carried out once.

/** Clients that are remembered; the one that asked first is forgotten first. */
const REMEMBERED_CLIENTS = 1000;

/** A client numbers its requests upwards (`msg_id`) and has one under way at a time. */
export class LastRequests {
  readonly #ids = new Map<string, number>();

  /** True when the client has asked for this, or for something later. */
  isRepeated(client: string, id: number): boolean {
    return id <= (this.#ids.get(client) ?? Number.NEGATIVE_INFINITY);
  }

  /** Notes the request; false: this one, or a later one of that client, had been noted before. */
  note(client: string, id: number): boolean {
    if (this.isRepeated(client, id)) return false;
    this.#ids.delete(client);
    this.#ids.set(client, id);
    if (this.#ids.size > REMEMBERED_CLIENTS) {
      const [oldest] = this.#ids.keys();
      this.#ids.delete(oldest!);
    }
    return true;
  }

  /** As JSON, those who asked first first. */
  list(): readonly (readonly [client: string, id: number])[] {
    return [...this.#ids];
  }
}
