// Reads a line of history.jsonl straight from its bytes, when it looks as the recorder writes it; anything else is left alone.
import {
  EVENT_FAIL,
  EVENT_INFO,
  EVENT_INVOKE,
  EVENT_OK,
  EVENT_TYPES,
  VALUE_INT,
  VALUE_NULL,
  VALUE_PAIR,
} from '../contracts/history.js';
import { ByteNames } from './byte-names.js';
import { type ColumnarHistory, NEMESIS_PROCESS } from './history.js';

const INDEX = Buffer.from('{"index":');
const TIME = Buffer.from(',"time":');
const PROCESS = Buffer.from(',"process":');
const NEMESIS = Buffer.from('"nemesis"');
const KEY = Buffer.from(',"key":');
const VALUE = Buffer.from(',"value":');
const NODE = Buffer.from(',"node":"');
const ERROR = Buffer.from(',"error":"');
const NULL = Buffer.from('null');
const END = Buffer.from('}\n');
/** From behind the process to the function's first letter, by type. */
const TYPES = EVENT_TYPES.map((type) => Buffer.from(`,"type":"${type}","f":"`));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
/** Of the type, in TYPES. */
const SECOND_LETTER = 10;
const LETTER_K = 0x6b;
const LETTER_N = 0x6e;
const ZERO = 0x30;
const SPACE = 0x20;

/** A value that is a text; not one of VALUE_…, which are about columns. */
const VALUE_TEXT = 4;
const NONE = -1;
const NO_KEY = 0;
const INT_KEY = 1;
const TEXT_KEY = 2;

/** Integers of more digits than this may not be exact. */
const MAX_DIGITS = 15;

/**
 * A reader with one line's fields in registers. `scan` only looks; `append` puts what it saw into the history, so a line that
 * turns out odd has changed nothing.
 */
export class FastLine {
  /** Of the last line that `scan` accepted. */
  index = 0;
  readonly #history: ColumnarHistory;
  readonly #functions: ByteNames;
  readonly #keys: ByteNames;
  readonly #nodes: ByteNames;
  readonly #errors: ByteNames;
  /** Where the next field is expected. */
  #at = 0;
  #number = 0;
  #time = 0;
  #process = 0;
  #type = 0;
  #fStart = 0;
  #fEnd = 0;
  #keyKind = NO_KEY;
  #keyNumber = 0;
  #keyStart = 0;
  #keyEnd = 0;
  #valueKind = VALUE_NULL;
  #a = 0;
  #b = 0;
  #valueStart = 0;
  #valueEnd = 0;
  #nodeStart = NONE;
  #nodeEnd = NONE;
  #errorStart = NONE;
  #errorEnd = NONE;

  constructor(history: ColumnarHistory) {
    this.#history = history;
    this.#functions = new ByteNames((bytes, start, end) => history.idOfFunction(bytes.toString('utf8', start, end)));
    this.#keys = new ByteNames((bytes, start, end) => history.idOfKey(bytes.toString('utf8', start, end)));
    this.#nodes = new ByteNames((bytes, start, end) => history.idOfNode(bytes.toString('utf8', start, end)));
    this.#errors = new ByteNames((bytes, start, end) => history.idOfError(bytes.toString('utf8', start, end)));
  }

  /**
   * Position behind the newline of the line at `start`, or -1 when the line is not of the plain form. May read past what is
   * valid in `bytes` (never past its end): the caller compares.
   */
  scan(bytes: Buffer, start: number): number {
    this.#at = start;
    return this.#scanStart(bytes) && this.#scanKey(bytes) && this.#scanValue(bytes) && this.#scanEnd(bytes)
      ? this.#at
      : NONE;
  }

  /** Appends what the last successful `scan` saw; false: let the careful reader have it, it knows what is wrong. */
  append(bytes: Buffer): boolean {
    const history = this.#history;
    const f = this.#functions.id(bytes, this.#fStart, this.#fEnd);
    const process = this.#process;
    let row: number;
    if (process === NEMESIS_PROCESS) {
      if (this.#type !== EVENT_INFO) return false;
      row = history.nemesisRow(this.#time, f);
    } else if (this.#type === EVENT_INVOKE) {
      if (history.openRow(process) >= 0) return false;
      const node = this.#nodeStart === NONE ? -1 : this.#nodes.id(bytes, this.#nodeStart, this.#nodeEnd);
      row = history.invokeRow(this.#time, process, f, this.#keyId(bytes), node);
    } else {
      const open = history.openRow(process);
      if (open < 0 || history.columns.f[open] !== f) return false;
      if (this.#keyKind !== NO_KEY && history.columns.key[open] !== this.#keyId(bytes)) return false;
      row = history.completeRow(this.#time, process, this.#type);
    }
    this.#appendValue(bytes, row);
    if (this.#errorStart !== NONE) history.setErrorId(row, this.#errors.id(bytes, this.#errorStart, this.#errorEnd));
    return true;
  }

  #keyId(bytes: Buffer): number {
    if (this.#keyKind === NO_KEY) return -1;
    if (this.#keyKind === INT_KEY) return this.#history.idOfKey(this.#keyNumber);
    return this.#keys.id(bytes, this.#keyStart, this.#keyEnd);
  }

  #appendValue(bytes: Buffer, row: number): void {
    const kind = this.#valueKind;
    if (kind === VALUE_INT) this.#history.setInt(row, this.#a);
    else if (kind === VALUE_PAIR) this.#history.setPair(row, this.#a, this.#b);
    else if (kind === VALUE_TEXT) this.#history.setValue(row, bytes.toString('utf8', this.#valueStart, this.#valueEnd));
  }

  #scanStart(bytes: Buffer): boolean {
    if (!this.#skip(bytes, INDEX) || !this.#natural(bytes)) return false;
    this.index = this.#number;
    if (!this.#skip(bytes, TIME) || !this.#natural(bytes)) return false;
    this.#time = this.#number;
    if (!this.#skip(bytes, PROCESS) || !this.#scanProcess(bytes)) return false;
    if (!this.#scanType(bytes)) return false;
    this.#fStart = this.#at;
    this.#fEnd = this.#text(bytes);
    return this.#fEnd !== NONE;
  }

  #scanProcess(bytes: Buffer): boolean {
    if (bytes[this.#at] === QUOTE) {
      this.#process = NEMESIS_PROCESS;
      return this.#skip(bytes, NEMESIS);
    }
    const found = this.#natural(bytes);
    this.#process = this.#number;
    return found && this.#number <= 0x7fffffff;
  }

  #scanType(bytes: Buffer): boolean {
    const second = bytes[this.#at + SECOND_LETTER];
    // The second letter tells ok and fail, the third invoke from info.
    let type = EVENT_OK;
    if (second === 0x61) type = EVENT_FAIL;
    else if (second === 0x6e) type = bytes[this.#at + SECOND_LETTER + 1] === 0x76 ? EVENT_INVOKE : EVENT_INFO;
    this.#type = type;
    return this.#skip(bytes, TYPES[type]!);
  }

  #scanKey(bytes: Buffer): boolean {
    this.#keyKind = NO_KEY;
    if (bytes[this.#at + 2] !== LETTER_K) return true;
    if (!this.#skip(bytes, KEY)) return false;
    if (bytes[this.#at] !== QUOTE) {
      const found = this.#integer(bytes);
      this.#keyKind = INT_KEY;
      this.#keyNumber = this.#number;
      return found;
    }
    this.#keyKind = TEXT_KEY;
    this.#keyStart = ++this.#at;
    this.#keyEnd = this.#text(bytes);
    return this.#keyEnd !== NONE;
  }

  #scanValue(bytes: Buffer): boolean {
    if (!this.#skip(bytes, VALUE)) return false;
    const first = bytes[this.#at];
    if (first === LETTER_N) {
      this.#valueKind = VALUE_NULL;
      return this.#skip(bytes, NULL);
    }
    if (first === OPEN) return this.#scanPair(bytes);
    if (first !== QUOTE) {
      const found = this.#integer(bytes);
      this.#valueKind = VALUE_INT;
      this.#a = this.#number;
      return found;
    }
    this.#valueKind = VALUE_TEXT;
    this.#valueStart = ++this.#at;
    this.#valueEnd = this.#text(bytes);
    return this.#valueEnd !== NONE;
  }

  #scanPair(bytes: Buffer): boolean {
    this.#valueKind = VALUE_PAIR;
    this.#at++;
    if (!this.#integer(bytes) || bytes[this.#at++] !== COMMA) return false;
    this.#a = this.#number;
    if (!this.#integer(bytes) || bytes[this.#at++] !== CLOSE) return false;
    this.#b = this.#number;
    return true;
  }

  #scanEnd(bytes: Buffer): boolean {
    this.#nodeStart = NONE;
    this.#errorStart = NONE;
    if (bytes[this.#at] === COMMA && bytes[this.#at + 2] === LETTER_N) {
      if (!this.#skip(bytes, NODE)) return false;
      this.#nodeStart = this.#at;
      this.#nodeEnd = this.#text(bytes);
      if (this.#nodeEnd === NONE) return false;
    }
    if (bytes[this.#at] === COMMA) {
      if (!this.#skip(bytes, ERROR)) return false;
      this.#errorStart = this.#at;
      this.#errorEnd = this.#text(bytes);
      if (this.#errorEnd === NONE) return false;
    }
    return this.#skip(bytes, END);
  }

  #skip(bytes: Buffer, part: Uint8Array): boolean {
    const start = this.#at;
    const { length } = part;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== part[i]) return false;
    this.#at = start + length;
    return true;
  }

  /** A JSON integer of at most 15 digits, without sign. */
  #natural(bytes: Buffer): boolean {
    const start = this.#at;
    let at = start;
    let digit = bytes[at]! - ZERO;
    let value = 0;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++at]! - ZERO;
    }
    this.#number = value;
    this.#at = at;
    const count = at - start;
    return count === 1 || (count > 1 && count <= MAX_DIGITS && bytes[start] !== ZERO);
  }

  /** An int32 other than -0. */
  #integer(bytes: Buffer): boolean {
    if (bytes[this.#at] !== MINUS) return this.#natural(bytes) && this.#number <= 0x7fffffff;
    this.#at++;
    if (!this.#natural(bytes) || this.#number === 0 || this.#number > 0x80000000) return false;
    this.#number = -this.#number;
    return true;
  }

  /** Position of the quote that ends a text, skipped; -1 when the text needs unescaping or does not end on this line. */
  #text(bytes: Buffer): number {
    for (let at = this.#at; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return at;
      }
      if (byte === BACKSLASH || byte < SPACE) return NONE;
    }
    return NONE;
  }
}
