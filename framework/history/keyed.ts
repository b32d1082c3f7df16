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

/** Sees every operation once, in order, and keeps none. */
export class KeyedChooser {
  readonly #file: string;
  readonly #option: KeyedOption;
  /** By process: the key of its last invocation, as text. */
  readonly #asked = new Map<unknown, unknown>();
  /** Operations that do not name their key by themselves, and those that do. */
  #clients = 0;
  #named = 0;
  #objection: string | null = null;

  constructor(file: string, option: KeyedOption) {
    this.#file = file;
    this.#option = option;
  }

  /** Throws `ChaosError('history-malformed')` when `yes` meets a value that is no pair. */
  note(event: JepsenEvent): void {
    if (event.process === 'nemesis') return;
    if (isNamed(event.key)) {
      this.#named++;
      return;
    }
    this.#clients++;
    if (this.#option === 'yes' && !isPair(event.value)) {
      throw malformed(this.#file, event.line, 'the value is no [key value] pair', "Try 'keyed: no'.");
    }
    if (this.#option === 'auto') this.#objection ??= this.#object(event);
  }

  choose(): KeyedChoice {
    if (this.#option === 'no') return choice(false, 'it was asked for');
    if (this.#clients === 0 && this.#named > 0) return choice(false, 'every operation names its key by itself');
    if (this.#option === 'yes') return choice(true, 'it was asked for');
    if (this.#clients === 0) return choice(false, 'there is no operation of a client');
    const why = this.#objection;
    return why === null ? choice(true, 'every value of a client is a [key value] pair') : choice(false, why);
  }

  #object({ line, process, type, f, value }: JepsenEvent): string | null {
    if (f === 'txn') return `line ${line} is a transaction`;
    if (!isPair(value)) return `the value in line ${line} is no [key value] pair`;
    const key = JSON.stringify(value[0]);
    if (type === 'invoke') this.#asked.set(process, key);
    else if (this.#asked.has(process) && this.#asked.get(process) !== key) {
      return `the pair in line ${line} begins otherwise than the one of its invocation`;
    }
    return null;
  }
}

export function choice(chosen: boolean, why: string): KeyedChoice {
  return { chosen, reason: `${chosen ? 'keyed' : 'not keyed'}: ${why}` };
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
