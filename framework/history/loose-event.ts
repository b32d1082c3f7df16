// One event from a file that somebody else may have written: every field is looked at before it enters a history.
import type { Key } from '../contracts/operation.js';
import { type ColumnarHistory, OUTCOME_TYPES } from './history.js';

/** What a reader found; nothing about it is certain. */
export interface LooseEvent {
  /** Nanoseconds; the caller puts the line's number where there is none. */
  time: unknown;
  process: unknown;
  type: unknown;
  f: unknown;
  key?: unknown;
  value?: unknown;
  node?: unknown;
  error?: unknown;
}

function text(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a value that is nested too deep';
  }
}

function show(value: unknown): string {
  const shown = text(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function keyProblem(key: unknown): string | null {
  if (typeof key === 'string' || (typeof key === 'number' && Number.isFinite(key))) return null;
  return `"key" is ${show(key)}: a text or a number is expected`;
}

/** Levels of lists and maps in a value; more would overflow the stack of whoever walks it. */
const DEEPEST = 1000;

/** Why a value cannot be kept as JSON without becoming another one, a clause; null when it can. Undefined stands for null. */
export function valueProblem(value: unknown, depth = 0): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'the value holds a number that is out of range';
  if (typeof value !== 'object') return NO_JSON.has(typeof value) ? `the value holds a ${typeof value}` : null;
  if (value === null) return null;
  if (depth === DEEPEST) return `the value is nested deeper than ${DEEPEST} levels`;
  if (!Array.isArray(value) && !isPlain(value)) return 'the value holds an object that is no plain map';
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let i = 0; i < parts.length; i++) {
    const problem = valueProblem(parts[i], depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

const NO_JSON: ReadonlySet<string> = new Set(['bigint', 'function', 'symbol']);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `ok` completions without a value: they get the one that was asked for, and the user is told. */
export class Valueless {
  readonly #first = new Map<string, { line: number; count: number }>();

  note({ type, f, value, process }: Omit<LooseEvent, 'time'>, line: number): void {
    if (type !== 'ok' || value !== undefined || process === 'nemesis' || typeof f !== 'string') return;
    const found = this.#first.get(f);
    if (found === undefined) this.#first.set(f, { line, count: 1 });
    else found.count++;
  }

  warnings(): string[] {
    return [...this.#first].map(
      ([f, { line, count }]) =>
        `line ${line}: '${f}' is ok without a value${count > 1 ? ` (as ${count} times in this file)` : ''}: the value that was asked for is taken`,
    );
  }
}

/** Appends the event, or says in a sentence what is wrong with it. Open operations are the history's own matter: it throws. */
export function appendEvent(history: ColumnarHistory, event: LooseEvent): string | null {
  const { time, process, f, type } = event;
  if (typeof time !== 'number' || !Number.isFinite(time)) return `"time" is ${show(time)}: nanoseconds are expected`;
  const wrong = valueProblem(event.value);
  if (wrong !== null) return wrong;
  if (typeof f !== 'string') return f === undefined ? '"f" is missing' : `"f" is ${show(f)}: a text is expected`;
  if (process === 'nemesis') {
    const row = history.nemesisRow(time, history.idOfFunction(f));
    return rest(history, row, event);
  }
  if (process === undefined) return '"process" is missing';
  if (typeof process !== 'number' || !Number.isInteger(process) || process < 0 || process > 0x7fffffff) {
    return `"process" is ${show(process)}: an integer from 0 to 2147483647 or "nemesis" is expected`;
  }
  const key = event.key ?? undefined;
  const problem = key === undefined ? null : keyProblem(key);
  if (problem !== null) return problem;
  if (type === 'invoke') return invoke(history, event, time, process, f, key as Key | undefined);
  if (type === 'ok' || type === 'fail' || type === 'info') {
    const open = history.openRow(process);
    const difference = open < 0 ? null : differs(history, open, f, key);
    if (difference !== null) return `process ${process} ${difference}`;
    const row = history.completeRow(time, process, OUTCOME_TYPES[type]);
    return rest(history, row, event.value === undefined ? { ...event, value: history.value(open) } : event);
  }
  if (type === undefined) return '"type" is missing';
  return `"type" is ${show(type)}: one of invoke, ok, fail, info is expected`;
}

function invoke(
  history: ColumnarHistory,
  event: LooseEvent,
  time: number,
  process: number,
  f: string,
  key: Key | undefined,
): string | null {
  const { node } = event;
  const known = node !== undefined && node !== null;
  if (known && typeof node !== 'string') return `"node" is ${show(node)}: a text is expected`;
  const keyId = key === undefined ? -1 : history.idOfKey(key);
  const nodeId = known ? history.idOfNode(node) : -1;
  return rest(history, history.invokeRow(time, process, history.idOfFunction(f), keyId, nodeId), event);
}

/** In what the completion contradicts the operation that the process has open; null: in nothing. */
export function differs(history: ColumnarHistory, open: number, f: string, key: unknown): string | null {
  const { columns } = history;
  const asked = history.functions[columns.f[open]!]!;
  if (asked !== f) return `completes '${f}', but its open operation ${open} is '${asked}'`;
  const askedKey = history.keys[columns.key[open]!];
  if (key === undefined || askedKey === key) return null;
  return `completes '${f}' of key ${show(key)}, but its open operation ${open} has key ${show(askedKey ?? null)}`;
}

function rest(history: ColumnarHistory, row: number, { value, error }: LooseEvent): null {
  history.setValue(row, value);
  if (error !== undefined && error !== null) {
    history.setError(row, typeof error === 'string' ? error : text(error));
  }
  return null;
}
