// The history in memory: a run records into it row by row, files are loaded into it, checkers read its columns.
import { ChaosError } from '../contracts/error.js';
import {
  type Columns,
  EVENT_FAIL,
  EVENT_INFO,
  EVENT_INVOKE,
  EVENT_OK,
  EVENT_TYPES,
  type History,
  type Operation,
  VALUE_INT,
  VALUE_NULL,
  VALUE_OTHER,
  VALUE_PAIR,
} from '../contracts/history.js';
import { type HistoryEvent, type Key, NEMESIS, type Outcome } from '../contracts/operation.js';
import type { Nanoseconds } from '../contracts/time.js';
import { GrowableColumns } from './columns.js';
import { Names } from './names.js';
import { OpenOperations } from './open.js';

/** `process` of nemesis events. */
export const NEMESIS_PROCESS = -1;

export const OUTCOME_TYPES: Readonly<Record<Outcome, number>> = { ok: EVENT_OK, fail: EVENT_FAIL, info: EVENT_INFO };

/** True for the numbers that VALUE_INT and VALUE_PAIR hold; -0 is not one of them. */
function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value && (value !== 0 || 1 / value > 0);
}

/**
 * Appending comes in two layers. `append…` takes whole events. `…Row` and `set…` take ids and parts, for whoever has them
 * at hand (the loader): first the row, with a null value, then its value and error.
 *
 * Errors are `ChaosError`s without a location: `history-process`, `history-open`, `history-no-invocation`.
 */
export class ColumnarHistory implements History {
  readonly #columns = new GrowableColumns();
  readonly #functions = new Names<string>('functions', 0x10000);
  readonly #keys = new Names<Key>('keys', 0x7fffffff);
  readonly #nodes = new Names<string>('nodes', 0x7fff);
  readonly #errors = new Names<string>('error texts', 0x7fffffff);
  readonly #others: unknown[] = [];
  /** Rows in `others` of strings, booleans and odd numbers, so that equal ones are kept once. */
  readonly #primitives = new Map<unknown, number>();
  readonly #open = new OpenOperations();
  /** Error id + 1 by row; shorter than the history while later rows have none. */
  #error = new Int32Array(0);

  get columns(): Columns {
    return this.#columns;
  }
  get functions(): readonly string[] {
    return this.#functions.list;
  }
  get keys(): readonly Key[] {
    return this.#keys.list;
  }
  get nodes(): readonly string[] {
    return this.#nodes.list;
  }
  get others(): readonly unknown[] {
    return this.#others;
  }
  get length(): number {
    return this.#columns.length;
  }

  /** Makes room for this many events. */
  reserve(rows: number): void {
    this.#columns.reserve(rows);
  }

  appendInvoke(
    time: Nanoseconds,
    process: number,
    f: string,
    key: Key | undefined,
    value: unknown,
    node: string | undefined,
  ): number {
    const keyId = key === undefined ? -1 : this.idOfKey(key);
    const nodeId = node === undefined ? -1 : this.#nodes.id(node);
    const row = this.invokeRow(time, process, this.#functions.id(f), keyId, nodeId);
    this.setValue(row, value);
    return row;
  }

  /** Completes the open operation of `process`; function, key and node are the invocation's. */
  appendCompletion(time: Nanoseconds, process: number, type: Outcome, value: unknown, error?: string): number {
    const row = this.completeRow(time, process, OUTCOME_TYPES[type]);
    this.setValue(row, value);
    if (error !== undefined) this.setError(row, error);
    return row;
  }

  appendNemesis(time: Nanoseconds, f: string, value: unknown): number {
    const row = this.nemesisRow(time, this.#functions.id(f));
    this.setValue(row, value);
    return row;
  }

  /** Ids of names, new ones at first sight. */
  idOfFunction(name: string): number {
    return this.#functions.id(name);
  }
  idOfKey(key: Key): number {
    // Adding 0 turns -0 into 0: they are one key.
    return this.#keys.id(typeof key === 'number' ? key + 0 : key);
  }
  idOfNode(name: string): number {
    return this.#nodes.id(name);
  }
  idOfError(text: string): number {
    return this.#errors.id(text);
  }

  /** Row of the open invocation of a process; -1: none. */
  openRow(process: number): number {
    return this.#open.get(process);
  }

  invokeRow(time: Nanoseconds, process: number, f: number, key: number, node: number): number {
    if ((process | 0) !== process || process < 0) {
      throw new ChaosError('history-process', `process ${process} is not an integer from 0 to 2147483647`);
    }
    const open = this.#open.get(process);
    if (open >= 0) throw new ChaosError('history-open', this.#stillOpen(process, open));
    const row = this.#row(time, process, EVENT_INVOKE, f, key, node);
    this.#open.set(process, row);
    return row;
  }

  /** `type`: EVENT_OK, EVENT_FAIL or EVENT_INFO. */
  completeRow(time: Nanoseconds, process: number, type: number): number {
    const open = this.#open.get(process);
    if (open < 0) {
      throw new ChaosError('history-no-invocation', `process ${process} completes an operation that it did not invoke`);
    }
    const row = this.completeAside(time, open, type);
    this.#open.clear(process);
    return row;
  }

  /**
   * As `invokeRow`, but the process may have other operations open, and `completeAside` completes it: for whoever knows which
   * completion belongs to which invocation and answers for their order.
   */
  invokeAside(time: Nanoseconds, process: number, f: number, key: number, node: number): number {
    return this.#row(time, process, EVENT_INVOKE, f, key, node);
  }

  /** Completes the operation invoked at row `open`. */
  completeAside(time: Nanoseconds, open: number, type: number): number {
    const columns = this.#columns;
    const row = this.#row(
      time,
      columns.process[open]!,
      type,
      columns.f[open]!,
      columns.key[open]!,
      columns.node[open]!,
    );
    columns.mate[row] = open;
    columns.mate[open] = row;
    return row;
  }

  nemesisRow(time: Nanoseconds, f: number): number {
    return this.#row(time, NEMESIS_PROCESS, EVENT_INFO, f, -1, -1);
  }

  setInt(row: number, value: number): void {
    this.#columns.kind[row] = VALUE_INT;
    this.#columns.a[row] = value;
  }

  setPair(row: number, a: number, b: number): void {
    this.#columns.kind[row] = VALUE_PAIR;
    this.#columns.a[row] = a;
    this.#columns.b[row] = b;
  }

  /**
   * Any JSON value, kept by reference. What JSON cannot say at the top (undefined, NaN, an infinity) is null, as it will be
   * on disk.
   */
  setValue(row: number, value: unknown): void {
    if (isInt32(value)) this.setInt(row, value);
    else if (value === null || value === undefined) this.#columns.kind[row] = VALUE_NULL;
    else if (typeof value === 'object') this.#setObject(row, value);
    else if (typeof value === 'number' && !Number.isFinite(value)) this.#columns.kind[row] = VALUE_NULL;
    else this.#setPrimitive(row, typeof value === 'bigint' ? String(value) : value);
  }

  setError(row: number, error: string): void {
    this.setErrorId(row, this.#errors.id(error));
  }

  setErrorId(row: number, error: number): void {
    if (row >= this.#error.length) {
      const longer = new Int32Array(Math.max(1024, this.#columns.time.length));
      longer.set(this.#error);
      this.#error = longer;
    }
    this.#error[row] = error + 1;
  }

  functionId(name: string): number {
    return this.#functions.find(name);
  }

  value(row: number): unknown {
    const { kind, a, b } = this.#columns;
    switch (kind[row]) {
      case VALUE_INT:
        return a[row];
      case VALUE_PAIR:
        return [a[row], b[row]];
      case VALUE_OTHER:
        return this.#others[a[row]!];
      default:
        return null;
    }
  }

  error(row: number): string | undefined {
    const id = this.#error[row] ?? 0;
    return id === 0 ? undefined : this.#errors.list[id - 1];
  }

  event(row: number): HistoryEvent {
    const columns = this.#columns;
    this.#check(row);
    const process = columns.process[row]!;
    const event: HistoryEvent = {
      index: row,
      time: columns.time[row]!,
      process: process === NEMESIS_PROCESS ? NEMESIS : process,
      type: EVENT_TYPES[columns.type[row]!]!,
      f: this.#functions.list[columns.f[row]!]!,
      value: this.value(row),
    };
    const key = this.#keys.list[columns.key[row]!];
    if (key !== undefined) event.key = key;
    const node = this.#nodes.list[columns.node[row]!];
    if (node !== undefined) event.node = node;
    const error = this.error(row);
    if (error !== undefined) event.error = error;
    return event;
  }

  operation(row: number): Operation {
    const columns = this.#columns;
    this.#check(row);
    const end = columns.mate[row]!;
    return {
      index: row,
      process: columns.process[row]!,
      f: this.#functions.list[columns.f[row]!]!,
      key: this.#keys.list[columns.key[row]!],
      asked: this.value(row),
      outcome: end < 0 ? 'info' : (EVENT_TYPES[columns.type[end]!] as Outcome),
      value: end < 0 ? undefined : this.value(end),
      invoked: columns.time[row]!,
      completed: end < 0 ? undefined : columns.time[end]!,
      end,
      node: this.#nodes.list[columns.node[row]!],
      error: end < 0 ? undefined : this.error(end),
    };
  }

  *operations(): IterableIterator<Operation> {
    for (let row = 0; row < this.#columns.length; row++) {
      if (this.#columns.type[row] === EVENT_INVOKE) yield this.operation(row);
    }
  }

  nemesisEvents(): HistoryEvent[] {
    const events: HistoryEvent[] = [];
    const { process, length } = this.#columns;
    for (let row = 0; row < length; row++) if (process[row] === NEMESIS_PROCESS) events.push(this.event(row));
    return events;
  }

  #row(time: number, process: number, type: number, f: number, key: number, node: number): number {
    const columns = this.#columns;
    const row = columns.add();
    columns.time[row] = time;
    columns.process[row] = process;
    columns.type[row] = type;
    columns.f[row] = f;
    columns.key[row] = key;
    columns.node[row] = node;
    return row;
  }

  #setObject(row: number, value: object): void {
    if (Array.isArray(value) && value.length === 2 && isInt32(value[0]) && isInt32(value[1])) {
      this.setPair(row, value[0], value[1]);
      return;
    }
    const { kind, a, mate } = this.#columns;
    const other = mate[row]!;
    kind[row] = VALUE_OTHER;
    // A failed or indeterminate operation hands back the value it was asked with.
    const same = other >= 0 && kind[other] === VALUE_OTHER && this.#others[a[other]!] === value;
    a[row] = same ? a[other]! : this.#others.push(value) - 1;
  }

  #setPrimitive(row: number, value: unknown): void {
    let index = this.#primitives.get(value);
    if (index === undefined) {
      index = this.#others.push(value) - 1;
      this.#primitives.set(value, index);
    }
    this.#columns.kind[row] = VALUE_OTHER;
    this.#columns.a[row] = index;
  }

  #stillOpen(process: number, open: number): string {
    return (
      `process ${process} invokes an operation while its operation ${open} ` +
      `(${this.#functions.list[this.#columns.f[open]!]}) is open`
    );
  }

  #check(row: number): void {
    if (row < 0 || row >= this.#columns.length) {
      throw new RangeError(`row ${row} of a history of ${this.#columns.length} events`);
    }
  }
}
