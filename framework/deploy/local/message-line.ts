// A line of output as a message, or what is wrong with it in words that help its author.
import type { Body, Message } from '../../contracts/message.js';

/** Characters of a malformed line that are shown. */
export const SHOWN = 2000;

/** Why a line is not JSON, as far as that can be told. */
function notJson(line: string): string {
  if (line.trim() === '') return 'a line on stdout is empty';
  return line.startsWith('{') && line.includes('}{"')
    ? 'a line on stdout holds several messages: each needs a line of its own, and threads that write at the same time a lock'
    : 'a line on stdout is not JSON';
}

/** A message, or what is wrong with the line. */
export function parseMessage(line: string): Message | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return notJson(line);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'a line on stdout is not a JSON object';
  const { src, dest, body } = value as Partial<Record<keyof Message, unknown>>;
  if (typeof src !== 'string') return 'a message has no src';
  if (typeof dest !== 'string') return 'a message has no dest';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'a message has no body';
  if (typeof (body as Partial<Body>).type !== 'string') return 'the body of a message has no type';
  return value as Message;
}
