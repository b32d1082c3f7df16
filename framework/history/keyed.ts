// Jepsen puts the key of an operation into its value, as [key value]: decides whether a history does that.
import type { Key } from '../contracts/operation.js';
import { malformed } from './issue.js';

/** `auto`: keyed only if every client value is a pair and no operation is a transaction. */
export type KeyedOption = 'auto' | 'yes' | 'no';

export interface KeyedChoice {
  chosen: boolean;
  /** What was chosen and why, one sentence without a full stop. */
  reason: string;
}

/** An operation as a file of Jepsen holds it, values already JSON. */
export interface JepsenEvent {
  line: number;
  index?: unknown;
  time?: unknown;
  process: unknown;
  type: unknown;
  f: unknown;
  /** Where an operation names its key by itself. */
  key?: unknown;
  value: unknown;
  node?: unknown;
  error?: unknown;
}

/** Throws `ChaosError('history-malformed')` when `yes` meets a value that is no pair. */
export function chooseKeyed(file: string, events: readonly JepsenEvent[], option: KeyedOption): KeyedChoice {
  if (option === 'no') return choice(false, 'it was asked for');
  const all = events.filter(({ process }) => process !== 'nemesis');
  const clients = all.filter(({ key }) => !isNamed(key));
  if (clients.length === 0 && all.length > 0) return choice(false, 'every operation names its key by itself');
  if (option === 'yes') {
    const odd = clients.find(({ value }) => !isPair(value));
    if (odd !== undefined) throw malformed(file, odd.line, 'the value is no [key value] pair', "Try 'keyed: no'.");
    return choice(true, 'it was asked for');
  }
  if (clients.length === 0) return choice(false, 'there is no operation of a client');
  const why = objection(clients);
  return why === null ? choice(true, 'every value of a client is a [key value] pair') : choice(false, why);
}

export function choice(chosen: boolean, why: string): KeyedChoice {
  return { chosen, reason: `${chosen ? 'keyed' : 'not keyed'}: ${why}` };
}

function objection(clients: readonly JepsenEvent[]): string | null {
  const asked = new Map<unknown, unknown>();
  for (const { line, process, type, f, value } of clients) {
    if (f === 'txn') return `line ${line} is a transaction`;
    if (!isPair(value)) return `the value in line ${line} is no [key value] pair`;
    const key = JSON.stringify(value[0]);
    if (type === 'invoke') asked.set(process, key);
    else if (asked.has(process) && asked.get(process) !== key) {
      return `the pair in line ${line} begins otherwise than the one of its invocation`;
    }
  }
  return null;
}

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

/** The key of an operation that names it by itself, else (`keyed`) that of its pair; and its value. */
export function keyAndValue({ key, value }: JepsenEvent, keyed: boolean): { key?: Key; value: unknown } {
  if (isNamed(key)) return { key: keyOf(key), value };
  if (!keyed) return { value };
  const [first, inner] = value as [unknown, unknown];
  return { key: keyOf(first), value: inner };
}

const isNamed = (key: unknown) => key !== undefined && key !== null;

/** Keys that are neither text nor number become their JSON text. */
function keyOf(key: unknown): Key {
  return typeof key === 'string' || typeof key === 'number' ? key : JSON.stringify(key);
}
