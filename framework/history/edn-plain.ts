// Reads the EDN that histories mostly hold, operation maps of keywords, short integers, nil and vectors, several times as fast as
// a whole parser does; anything else is left to that.

/** The text holds something that is not read here. */
export const NOT_PLAIN = Symbol('not plain');

const DEEPEST = 20;
/** Integers of more digits may not be exact. */
const MAX_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const OPEN_VECTOR = 0x5b;
const CLOSE_VECTOR = 0x5d;

/** Of code units below 128, those of which simple keywords consist. */
const NAME = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w*!?$%&=<>+.-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
/** A record such as `#jepsen.history.Op{`. */
const RECORD = /^#[A-Za-z][\w.-]*(?=\{)/;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['nil', null],
  ['true', true],
  ['false', false],
];

/** The one value in the text, as `parseEdn` gives it; NOT_PLAIN when the text holds anything but plain values, or not just one. */
export function parsePlain(text: string): unknown {
  const reader = new Reader(text);
  return reader.whole();
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = RECORD.exec(text)?.[0].length ?? 0;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#skip();
    return this.#at === this.#text.length ? value : NOT_PLAIN;
  }

  #skip(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code !== SPACE && code !== COMMA && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #value(depth: number): unknown {
    this.#skip();
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_MAP) return depth < DEEPEST ? this.#map(depth + 1) : NOT_PLAIN;
    if (code === OPEN_VECTOR) return depth < DEEPEST ? this.#vector(depth + 1) : NOT_PLAIN;
    if (code === COLON) return this.#keyword();
    if (code === QUOTE) return this.#string();
    return code === MINUS || (code >= ZERO && code <= 0x39) ? this.#integer() : this.#word();
  }

  #map(depth: number): unknown {
    this.#at++;
    const map: Record<string, unknown> = {};
    for (;;) {
      this.#skip();
      const code = this.#text.charCodeAt(this.#at);
      if (code === CLOSE_MAP) {
        this.#at++;
        return map;
      }
      const key = code === COLON ? this.#keyword() : NOT_PLAIN;
      if (typeof key !== 'string' || key === '__proto__') return NOT_PLAIN;
      const value = this.#value(depth);
      if (value === NOT_PLAIN) return NOT_PLAIN;
      map[key] = value;
    }
  }

  #vector(depth: number): unknown {
    this.#at++;
    const items: unknown[] = [];
    for (;;) {
      this.#skip();
      if (this.#text.charCodeAt(this.#at) === CLOSE_VECTOR) {
        this.#at++;
        return items;
      }
      const item = this.#value(depth);
      if (item === NOT_PLAIN) return NOT_PLAIN;
      items.push(item);
    }
  }

  #keyword(): unknown {
    const start = ++this.#at;
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    // A digit first is no keyword.
    if (code >= ZERO && code <= 0x39) return NOT_PLAIN;
    while (NAME[code] === 1) code = text.charCodeAt(++this.#at);
    return this.#at > start && this.#isEnd() ? text.slice(start, this.#at) : NOT_PLAIN;
  }

  #string(): unknown {
    const start = ++this.#at;
    const text = this.#text;
    for (let code = text.charCodeAt(this.#at); code !== QUOTE; code = text.charCodeAt(++this.#at)) {
      // NaN: the text ends.
      if (code === BACKSLASH || Number.isNaN(code)) return NOT_PLAIN;
    }
    this.#at++;
    return this.#isEnd() ? text.slice(start, this.#at - 1) : NOT_PLAIN;
  }

  #integer(): unknown {
    const text = this.#text;
    const negative = text.charCodeAt(this.#at) === MINUS;
    const start = negative ? this.#at + 1 : this.#at;
    let value = 0;
    let at = start;
    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - ZERO) {
      value = value * 10 + digit;
    }
    this.#at = at;
    const digits = at - start;
    const odd = digits > 1 && text.charCodeAt(start) === ZERO;
    if (digits === 0 || digits > MAX_DIGITS || odd || (negative && value === 0) || !this.#isEnd()) return NOT_PLAIN;
    return negative ? -value : value;
  }

  #word(): unknown {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return this.#isEnd() ? value : NOT_PLAIN;
    }
    return NOT_PLAIN;
  }

  /** Whether a token may end here. */
  #isEnd(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    return code <= SPACE || code === COMMA || code === CLOSE_MAP || code === CLOSE_VECTOR || Number.isNaN(code);
  }
}
