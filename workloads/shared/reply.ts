// Reads replies without trusting them: any node, in any language, may have written them.
import type { Body } from '../../framework/contracts/message.js';

const SHOWN = 200;

function shown(reply: Body): string {
  const text = JSON.stringify(reply);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/** Throws unless the reply is of the type that the protocol names. */
export function expectType(reply: Body, type: string): void {
  if (reply.type !== type) throw new Error(`expected a reply of type ${type}, got ${shown(reply)}`);
}

/** The field of a reply of the given type; throws when the type is another or the field is missing. */
export function replyField(reply: Body, type: string, field: string): unknown {
  expectType(reply, type);
  const value = Object.hasOwn(reply, field) ? reply[field] : undefined;
  if (value === undefined) throw new Error(`the ${type} reply has no field "${field}": ${shown(reply)}`);
  return value;
}

/** As `replyField`, for a field that must hold an array. */
export function replyList(reply: Body, type: string, field: string): unknown[] {
  const value = replyField(reply, type, field);
  if (!Array.isArray(value)) throw new Error(`field "${field}" of the ${type} reply is not an array: ${shown(reply)}`);
  return value;
}

/** As `replyField`, for a field that must hold a finite number. */
export function replyNumber(reply: Body, type: string, field: string): number {
  const value = replyField(reply, type, field);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Error(`field "${field}" of the ${type} reply is not a number: ${shown(reply)}`);
  }
  return value;
}
