// Records a run as it happens: into memory for the checkers, and line by line into `history.jsonl` for everybody else.
import { ChaosError } from '../contracts/error.js';
import { EVENT_TYPES, VALUE_INT, VALUE_NULL, VALUE_PAIR } from '../contracts/history.js';
import type { Key, Outcome } from '../contracts/operation.js';
import type { Nanoseconds } from '../contracts/time.js';
import { ColumnarHistory, NEMESIS_PROCESS } from './history.js';
import { toJson } from './json.js';
import { LineBuffer } from './line-buffer.js';
import { type FileCalls, LineFile } from './line-file.js';

/** Lines are handed to the operating system in chunks of this size. */
const CHUNK = 64 * 1024;

/** The most that the numbers and fixed texts of one line take: index, time and process, and the value when it is a pair. */
const FIXED_PART = 160;

const INDEX = Buffer.from('{"index":');
const TIME = Buffer.from(',"time":');
const PROCESS = Buffer.from(',"process":');
const NEMESIS = Buffer.from('"nemesis"');
const VALUE = Buffer.from(',"value":');
const NULL = Buffer.from('null');
const ERROR = Buffer.from(',"error":');
const END = Buffer.from('}\n');
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

export interface RecorderOptions {
  /** Path of `history.jsonl`, created or emptied; null: keep it in memory only. */
  file: string | null;
  /** What the first line says besides `"format": 1`. */
  header?: Readonly<Record<string, unknown>>;
  calls?: FileCalls;
}

/**
 * Every method may throw `ChaosError('history-write-failed')`, once, when the disk fails: the event is in memory then, the
 * file ends with a complete line, and recording goes on in memory. Wrong use throws what `ColumnarHistory` throws.
 */
export class Recorder {
  readonly history = new ColumnarHistory();
  readonly #file: LineFile | null;
  readonly #buffer = new LineBuffer(CHUNK);
  /** `,"type":"…","f":"…"` by function id * 4 + type; `,"key":…` by key id; `,"node":"…"` by node id. */
  readonly #heads: Uint8Array[] = [];
  readonly #keys: Uint8Array[] = [];
  readonly #nodes: Uint8Array[] = [];

  constructor({ file, header = {}, calls }: RecorderOptions) {
    this.#file = file === null ? null : new LineFile(file, 'history-write-failed', calls);
    if (this.#file !== null) this.#buffer.text(`${toJson({ format: 1, ...header })}\n`);
  }

  invoke(
    time: Nanoseconds,
    process: number,
    f: string,
    key: Key | undefined,
    value: unknown,
    node: string | undefined,
  ): number {
    const row = this.history.appendInvoke(time, process, f, key, value, node);
    if (this.#file !== null) this.#line(row, undefined);
    return row;
  }

  /** Completes the open operation of `process`. */
  complete(time: Nanoseconds, process: number, type: Outcome, value: unknown, error?: string): number {
    const row = this.history.appendCompletion(time, process, type, value, error);
    if (this.#file !== null) this.#line(row, error);
    return row;
  }

  nemesis(time: Nanoseconds, f: string, value: unknown): number {
    const row = this.history.appendNemesis(time, f, value);
    if (this.#file !== null) this.#line(row, undefined);
    return row;
  }

  /** Hands everything recorded so far to the operating system. */
  flush(): void {
    const buffer = this.#buffer;
    const { length } = buffer;
    buffer.length = 0;
    if (length > 0) this.#file?.write(buffer.bytes, length);
  }

  /** Flushes and closes the file; the history stays usable. Closing twice is harmless. */
  close(): void {
    try {
      this.flush();
    } finally {
      this.#file?.close();
    }
  }

  #line(row: number, error: string | undefined): void {
    const buffer = this.#buffer;
    const { columns } = this.history;
    const process = columns.process[row]!;
    const start = buffer.length;
    try {
      buffer.room(FIXED_PART);
      buffer.copy(INDEX);
      buffer.natural(row);
      buffer.copy(TIME);
      this.#time(columns.time[row]!);
      buffer.copy(PROCESS);
      if (process === NEMESIS_PROCESS) buffer.copy(NEMESIS);
      else buffer.natural(process);
      this.#part(this.#head(columns.f[row]!, columns.type[row]!));
      const key = columns.key[row]!;
      if (key >= 0) this.#part(this.#keys[key] ?? this.#newKey(key));
      this.#value(row);
      const node = columns.node[row]!;
      if (node >= 0) this.#part(this.#nodes[node] ?? this.#newNode(node));
      if (error !== undefined) {
        this.#part(ERROR);
        buffer.text(JSON.stringify(error));
      }
      this.#part(END);
    } catch (cause) {
      buffer.length = start;
      throw cause;
    }
    if (buffer.length >= CHUNK) this.flush();
  }

  #part(part: Uint8Array): void {
    this.#buffer.room(part.length);
    this.#buffer.copy(part);
  }

  #time(time: number): void {
    if (time >= 0 && time <= Number.MAX_SAFE_INTEGER && Math.floor(time) === time) this.#buffer.natural(time);
    else if (Number.isFinite(time)) this.#buffer.text(String(time));
    else throw new ChaosError('history-time', `an event at time ${time}`, { kind: 'internal' });
  }

  #value(row: number): void {
    const buffer = this.#buffer;
    const { kind, a, b } = this.history.columns;
    buffer.room(FIXED_PART);
    buffer.copy(VALUE);
    switch (kind[row]) {
      case VALUE_NULL:
        buffer.copy(NULL);
        break;
      case VALUE_INT:
        buffer.integer(a[row]!);
        break;
      case VALUE_PAIR:
        buffer.byte(OPEN);
        buffer.integer(a[row]!);
        buffer.byte(COMMA);
        buffer.integer(b[row]!);
        buffer.byte(CLOSE);
        break;
      default:
        buffer.text(toJson(this.history.others[a[row]!]));
    }
  }

  #head(f: number, type: number): Uint8Array {
    return this.#heads[f * 4 + type] ?? this.#newHead(f, type);
  }

  #newHead(f: number, type: number): Uint8Array {
    // Filled for all four types at once, so that the array has no holes.
    for (let t = this.#heads.length; t < f * 4 + 4; t++) {
      const name = JSON.stringify(this.history.functions[t >> 2]);
      this.#heads.push(Buffer.from(`,"type":"${EVENT_TYPES[t & 3]}","f":${name}`));
    }
    return this.#heads[f * 4 + type]!;
  }

  #newKey(key: number): Uint8Array {
    const part = Buffer.from(`,"key":${JSON.stringify(this.history.keys[key])}`);
    this.#keys[key] = part;
    return part;
  }

  #newNode(node: number): Uint8Array {
    const part = Buffer.from(`,"node":${JSON.stringify(this.history.nodes[node])}`);
    this.#nodes[node] = part;
    return part;
  }
}
