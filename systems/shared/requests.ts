// Clients' requests, as Maelstrom's lin-kv workload words them, checked.
import type { Key } from './key-value.js';

/** A request with the client's `msg_id`. */
export type Request = { readonly id: number } & (
  | { readonly op: 'read'; readonly key: Key }
  | { readonly op: 'write'; readonly key: Key; readonly value: unknown }
  | { readonly op: 'cas'; readonly key: Key; readonly from: unknown; readonly to: unknown }
);

/** The request in a body, or one sentence on what is wrong with it. */
export function parseRequest(body: unknown): Request | string {
  if (typeof body !== 'object' || body === null) return 'a request must be an object';
  const { type, msg_id: id, key, value, from, to } = body as Record<string, unknown>;
  if (typeof id !== 'number') return 'msg_id must be a number';
  if (typeof key !== 'string' && typeof key !== 'number') return 'key must be a string or a number';
  switch (type) {
    case 'read':
      return { op: type, id, key };
    case 'write':
      return value === undefined ? 'a write needs a value' : { op: type, id, key, value };
    case 'cas':
      return from === undefined || to === undefined ? 'a cas needs from and to' : { op: type, id, key, from, to };
    default:
      return `no such request: ${String(type)}`;
  }
}
