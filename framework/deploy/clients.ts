// The clients of a cluster of processes: they live here, beside it, each with at most one outstanding request.
import type { Body } from '../contracts/message.js';

interface Client {
  nextId: number;
  outstanding: number;
  reply: ((body: Body) => void) | null;
}

export class Clients {
  readonly #clients = new Map<string, Client>();

  /** Registers a request and returns its message id. */
  begin(name: string, reply: (body: Body) => void): number {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { nextId: 1, outstanding: 0, reply: null };
      this.#clients.set(name, client);
    }
    client.outstanding = client.nextId++;
    client.reply = reply;
    return client.outstanding;
  }

  /** True for a name that has ever sent a request. */
  knows(name: string): boolean {
    return this.#clients.has(name);
  }

  abandon(name: string): void {
    const client = this.#clients.get(name);
    if (client !== undefined) client.reply = null;
  }

  /** Hands over a reply. `late`: nobody waits for it (any more). `unknown`: there is no such client. */
  deliver(name: string, body: Body): 'taken' | 'late' | 'unknown' {
    const client = this.#clients.get(name);
    if (client === undefined) return 'unknown';
    const { reply } = client;
    if (reply === null || body.in_reply_to !== client.outstanding) return 'late';
    client.reply = null;
    reply(body);
    return 'taken';
  }
}
