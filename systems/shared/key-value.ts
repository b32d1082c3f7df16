// The state machine that replicated logs drive here: keys with values, and what each client was last told.
import { RPC } from '../../framework/contracts/message.js';

/** A command as the log holds it. `client` and `id` make it happen once however often it is sent. */
export type Command = { readonly client: string; readonly id: number } & (
  | { readonly op: 'write'; readonly key: Key; readonly value: unknown }
  | { readonly op: 'cas'; readonly key: Key; readonly from: unknown; readonly to: unknown }
  | { readonly op: 'read'; readonly key: Key }
);

export type Key = string | number;

export const OK = 0;
/** The client has gone on to a later request: nobody waits for this answer. */
export const OUTDATED = -1;

interface Session {
  id: number;
  /** What the request `id` was answered: OK or an error code. */
  code: number;
  /** Log index of its last request. */
  used: number;
}

type Item = readonly ['key', Key, unknown] | readonly ['session', string, number, number, number];

/** Values are the same when they are equal as JSON. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** Sessions make commands happen exactly once (paper 8, thesis 6.3). All of it is a function of the log alone. */
export class KeyValue {
  readonly #values = new Map<Key, unknown>();
  readonly #sessions = new Map<string, Session>();
  readonly #maxSessions: number;

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  /** The value of a key; undefined: never written. */
  get(key: Key): unknown {
    return this.#values.get(key);
  }

  /** Applies the command at `index` of the log and returns OK, OUTDATED or an error code. */
  apply(command: Command, index: number): number {
    if (command.op === 'read') return this.#values.has(command.key) ? OK : RPC.keyDoesNotExist;
    const session = this.#sessions.get(command.client);
    if (session === undefined) {
      const code = this.#execute(command);
      this.#sessions.set(command.client, { id: command.id, code, used: index });
      if (this.#sessions.size > this.#maxSessions) this.#expire();
      return code;
    }
    if (command.id < session.id) return OUTDATED;
    session.used = index;
    if (command.id > session.id) {
      session.id = command.id;
      session.code = this.#execute(command);
    }
    return session.code;
  }

  snapshot(): readonly unknown[] {
    const items: Item[] = [];
    for (const [key, value] of this.#values) items.push(['key', key, value]);
    for (const [client, { id, code, used }] of this.#sessions) items.push(['session', client, id, code, used]);
    return items;
  }

  restore(items: readonly unknown[]): void {
    this.#values.clear();
    this.#sessions.clear();
    for (const item of items as readonly (Item | null)[]) {
      if (item?.[0] === 'key') this.#values.set(item[1], item[2]);
      else if (item?.[0] === 'session') this.#sessions.set(item[1], { id: item[2], code: item[3], used: item[4] });
    }
  }

  #execute(command: Command): number {
    if (command.op === 'write') {
      this.#values.set(command.key, command.value);
      return OK;
    }
    if (command.op !== 'cas') return OK;
    const present = this.#values.get(command.key);
    if (present === undefined) return RPC.keyDoesNotExist;
    if (!same(present, command.from)) return RPC.preconditionFailed;
    this.#values.set(command.key, command.to);
    return OK;
  }

  /** Forgets the eighth that has been idle longest; every node does so at the same entry. */
  #expire(): void {
    const oldest = [...this.#sessions].sort((a, b) => a[1].used - b[1].used);
    const excess = Math.max(1, Math.floor(this.#maxSessions / 8));
    for (const [client] of oldest.slice(0, excess)) this.#sessions.delete(client);
  }
}
