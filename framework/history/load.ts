// Loads history.jsonl: a scanner over the bytes of chunks, with JSON.parse for every line that is not in the plain form.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ChaosError, messageOf } from '../contracts/error.js';
import { FastLine } from './fast-line.js';
import { ColumnarHistory } from './history.js';
import { at, malformed } from './issue.js';
import { codeOf } from './line-file.js';
import { appendEvent, Valueless } from './loose-event.js';
import { holdsInexact } from './numbers.js';

export interface LoadedHistory {
  history: ColumnarHistory;
  /** The first line, when it is a header. */
  header: Record<string, unknown> | null;
  /** What a person should know, each with its line: a torn last line was dropped, … */
  warnings: string[];
}

const CHUNK = 256 * 1024;
/** Valid to read behind the data, so that scanning seldom meets the end of the buffer. */
const SLACK = 4096;
const LONGEST_LINE = 256 * 1024 * 1024;
/** Rows that are reserved at most before anything was read. */
const MOST_RESERVED = 16_000_000;
const NEWLINE = 10;
/** The field that may have any number of digits. */
const TIME = /"time"\s*:\s*-?\d+(?:\.\d+)?/;

const OPEN_HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Name a history.jsonl, or the results folder that holds it.',
  EISDIR: 'Name the file inside the folder.',
  EACCES: 'The file exists but may not be read.',
};

/** Opens a file for reading, or throws `ChaosError('history-unreadable')`. */
export function openHistory(file: string): number {
  try {
    const fd = openSync(file, 'r');
    if (!fstatSync(fd).isDirectory()) return fd;
    closeSync(fd);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw unreadable(file, Object.assign(new Error('it is a folder'), { code: 'EISDIR' }));
}

export function unreadable(file: string, cause: unknown): ChaosError {
  const hint = OPEN_HINTS[codeOf(cause)];
  return new ChaosError('history-unreadable', `cannot read the history ${file}: ${messageOf(cause)}`, {
    cause,
    kind: 'usage',
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * Reads a history of one JSON object a line. The header, `index` and `time` may be missing (lines count then) and fields may
 * stand in any order. A last line without newline that is not whole, as a crash leaves it, is dropped with a warning.
 *
 * Throws `ChaosError`: `history-unreadable`, `history-empty`, and with a location `history-malformed`, `history-format`,
 * `history-open`, `history-no-invocation`.
 */
export function loadHistory(file: string): LoadedHistory {
  return reading(file, (loader, fd) => loader.load(fd));
}

/**
 * As `loadHistory`, for showing what there is: the first line that is no event ends the history, with a warning. Throws
 * `history-unreadable` and `history-empty` only.
 */
export function salvageHistory(file: string): LoadedHistory {
  return reading(file, (loader, fd) => {
    try {
      return loader.load(fd);
    } catch (error) {
      if (!(error instanceof ChaosError) || error.location === undefined) throw error;
      return loader.soFar(`line ${error.location.line}: ${error.message}; nothing from there on was read`);
    }
  });
}

function reading(file: string, read: (loader: Loader, fd: number) => LoadedHistory): LoadedHistory {
  const fd = openHistory(file);
  try {
    return read(new Loader(file), fd);
  } finally {
    closeSync(fd);
  }
}

class Loader {
  readonly #file: string;
  readonly #history = new ColumnarHistory();
  readonly #fast = new FastLine(this.#history);
  readonly #warnings: string[] = [];
  readonly #valueless = new Valueless();
  #header: Record<string, unknown> | null = null;
  /** Lines done. */
  #line = 0;
  #lastIndex = -1;
  #renumbered = false;
  #bytes = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  load(fd: number): LoadedHistory {
    const { size } = fstatSync(fd);
    // One byte more than a small file has, so that its end is seen at once; what is no regular file has size 0.
    this.#bytes = Buffer.alloc((size > 0 ? Math.min(size + 1, CHUNK) : CHUNK) + SLACK);
    let filled = this.#fill(fd, 0);
    if (filled === 0) throw this.#empty();
    this.#reserve(size, filled);
    let start = this.#skipMark();
    for (;;) {
      start = this.#lines(start, filled);
      const rest = filled - start;
      this.#bytes.copyWithin(0, start, filled);
      if (rest === this.#bytes.length - SLACK) this.#lengthen();
      start = 0;
      filled = this.#fill(fd, rest);
      if (filled === rest) break;
    }
    this.#lastLine(filled);
    if (this.#header === null && this.#history.length === 0 && this.#warnings.length === 0) throw this.#empty();
    return this.soFar();
  }

  soFar(...warnings: readonly string[]): LoadedHistory {
    return {
      history: this.#history,
      header: this.#header,
      warnings: [...this.#warnings, ...this.#valueless.warnings(), ...warnings],
    };
  }

  /** Reads on behind the first `from` bytes; returns how many are valid then. */
  #fill(fd: number, from: number): number {
    try {
      return from + readSync(fd, this.#bytes, from, this.#bytes.length - SLACK - from, null);
    } catch (cause) {
      throw unreadable(this.#file, cause);
    }
  }

  #lengthen(): void {
    const size = (this.#bytes.length - SLACK) * 2;
    if (size > LONGEST_LINE) throw malformed(this.#file, this.#line + 1, 'the line is longer than 256 MB');
    const longer = Buffer.alloc(size + SLACK);
    longer.set(this.#bytes);
    this.#bytes = longer;
  }

  /** Lines of a history are about equally long, so the first chunk tells how many there are. */
  #reserve(size: number, filled: number): void {
    let lines = 1;
    for (let i = 0; i < filled; i++) if (this.#bytes[i] === NEWLINE) lines++;
    const expected = Math.ceil((size / filled) * lines * 1.02);
    this.#history.reserve(Math.min(expected, MOST_RESERVED));
  }

  /** A byte order mark says nothing in UTF-8. */
  #skipMark(): number {
    const [first, second, third] = this.#bytes;
    return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  }

  /** Appends the whole lines from `start`; returns where the first incomplete one begins. */
  #lines(from: number, filled: number): number {
    const bytes = this.#bytes;
    const fast = this.#fast;
    let start = from;
    try {
      while (start < filled) {
        const next = fast.scan(bytes, start);
        if (next > 0 && next <= filled && this.#isNext(fast.index) && fast.append(bytes)) {
          this.#lastIndex = fast.index;
          this.#line++;
          start = next;
          continue;
        }
        const newline = bytes.indexOf(NEWLINE, start);
        if (newline < 0 || newline >= filled) return start;
        this.#line++;
        this.#carefulLine(bytes.toString('utf8', start, newline));
        start = newline + 1;
      }
    } catch (error) {
      if (error instanceof ChaosError && error.location === undefined) throw at(error, this.#file, this.#line + 1);
      throw error;
    }
    return start;
  }

  #isNext(index: number): boolean {
    return index > this.#lastIndex && (this.#renumbered || index === this.#history.length);
  }

  /** What follows the last newline: a whole line, nothing, or what a crash left of one. */
  #lastLine(length: number): void {
    const text = this.#bytes.toString('utf8', 0, length);
    if (text.trim() === '') return;
    this.#line++;
    const torn = parse(text) === undefined;
    if (torn && this.#line === 1 && !text.startsWith('{')) {
      throw malformed(this.#file, 1, 'this is no history: one JSON object a line is expected');
    }
    if (torn) this.#warnings.push(`line ${this.#line}: the last line is torn and was left out`);
    else this.#carefulLine(text);
  }

  #carefulLine(text: string): void {
    if (text.trim() === '') return;
    const event = parse(text);
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw this.#malformed(event === undefined ? 'the line is not JSON' : 'a JSON object is expected');
    }
    if (this.#isHeader(event)) this.#readHeader(event);
    else this.#event(event, text);
  }

  #isHeader(event: object): event is Record<string, unknown> {
    const first = this.#header === null && this.#history.length === 0;
    return first && Object.hasOwn(event, 'format') && !Object.hasOwn(event, 'type');
  }

  #readHeader(header: Record<string, unknown>): void {
    if (header['format'] !== 1) {
      throw new ChaosError(
        'history-format',
        `histories of format ${JSON.stringify(header['format'])} are unknown here`,
        {
          location: { file: this.#file, line: this.#line, column: 1 },
          hint: 'A newer version of chaos wrote this file.',
          kind: 'usage',
        },
      );
    }
    this.#header = header;
  }

  #event(event: object, text: string): void {
    const { index, time, process, type, f, key, value, node, error } = event as Record<string, unknown>;
    if (holdsInexact(text.replace(TIME, ''))) {
      throw this.#malformed(
        'a number is too large or too long to be exact',
        'Write integers of more than 53 bits as texts.',
      );
    }
    if (index !== undefined) this.#checkIndex(index);
    const loose = { time: time ?? this.#line, process, type, f, key, value, node, error };
    try {
      const problem = appendEvent(this.#history, loose);
      if (problem !== null) throw this.#malformed(problem);
      this.#valueless.note(loose, this.#line);
    } catch (error) {
      throw error instanceof ChaosError && error.location === undefined ? at(error, this.#file, this.#line) : error;
    }
  }

  #checkIndex(index: unknown): void {
    if (typeof index !== 'number') throw this.#malformed(`"index" is ${JSON.stringify(index)}: a number is expected`);
    if (index <= this.#lastIndex) throw this.#malformed(`index ${index} follows index ${this.#lastIndex}`);
    if (index !== this.#history.length && !this.#renumbered) {
      this.#renumbered = true;
      const now = this.#history.length;
      this.#warnings.push(`line ${this.#line}: events are renumbered: index ${index} is event ${now} here`);
    }
    this.#lastIndex = index;
  }

  #malformed(problem: string, hint?: string): ChaosError {
    return malformed(this.#file, this.#line, problem, hint);
  }

  #empty(): ChaosError {
    return new ChaosError('history-empty', `the history ${this.#file} is empty`, {
      kind: 'usage',
      hint: 'Nothing was recorded: the run ended before its first operation.',
    });
  }
}

/** undefined: not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
