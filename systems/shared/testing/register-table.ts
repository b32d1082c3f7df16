// For tests: nodes of a register store on a table, what clients ask of them and what they answer.
import type { Body } from '../../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../../framework/contracts/protocol.js';
import { MessageTable } from './message-table.js';

export const registerTable = (nodes: number, make: (env: Environment) => Protocol): MessageTable =>
  new MessageTable({ nodes, make });

export const read = (key: unknown = 'x'): Body => ({ type: 'read', key });
export const write = (value: unknown, key: unknown = 'x'): Body => ({ type: 'write', key, value });
export const cas = (from: unknown, to: unknown, key: unknown = 'x'): Body => ({ type: 'cas', key, from, to });

/** Answers to requests with `msg_id` 1. */
export const WRITE_OK: Body = { type: 'write_ok', in_reply_to: 1 };
export const CAS_OK: Body = { type: 'cas_ok', in_reply_to: 1 };
export const readOk = (value: unknown): Body => ({ type: 'read_ok', value, in_reply_to: 1 });

/** A node that waits for answers asks again, is told that it was outbid, and makes another attempt. */
export function retry(table: MessageTable, node: string): void {
  table.deliver();
  for (let tick = 0; tick < 3; tick++) table.fire(node, 'resend');
  table.deliver();
  table.fire(node, 'backoff');
  table.deliver();
}
