// Values of operations for the page: whole numbers as they are, everything else as short text, each text once.
import {
  type Columns,
  EVENT_OK,
  VALUE_INT as HISTORY_INT,
  VALUE_NULL as HISTORY_NULL,
  VALUE_PAIR as HISTORY_PAIR,
  type History,
  VALUE_OTHER,
} from '../../contracts/history.js';
import { transactionText } from '../operations.js';
import { VALUE_INT, VALUE_NOTHING, VALUE_PAIR, VALUE_SAME, VALUE_TEXT, type Values } from '../page/operations.js';
import { clipShort, compact } from '../text.js';

/** Characters of a value; fewer where there are many long ones. */
const LONGEST = 160;
const SHORTEST = 24;
/** Characters of all texts, about. */
const MOST_TEXT = 4_000_000;
/** Characters of an error, while all of them together have fewer than so many. */
const ERROR_LIMITS = [
  [500_000, LONGEST],
  [1_500_000, 40],
] as const;
const TOO_MANY_ERRORS = 'too many different errors: see history.jsonl';

export function emptyValues(count: number): Values {
  return { kind: new Uint8Array(count), a: new Int32Array(count), b: new Int32Array(count) };
}

/** Each text once; those of equal values of the history are made once. */
export class Texts {
  readonly all: string[] = [];
  readonly #positions = new Map<string, number>();
  readonly #known = new Map<string, Map<number, number>>();

  at(text: string): number {
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.all.length);
    return this.all.push(text) - 1;
  }

  /** The text of the history's value number `other` as `manner` shows it. */
  ofOther(manner: string, other: number, make: () => string): number {
    const known = this.#known.get(manner) ?? new Map<number, number>();
    this.#known.set(manner, known);
    const position = known.get(other) ?? this.at(make());
    known.set(other, position);
    return position;
  }
}

/** Errors as texts: shorter ones once all of them together are long, and in the end none. */
export class ErrorWriter {
  readonly #texts: Texts;
  #length = 0;

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  at(error: string): number {
    const limit = ERROR_LIMITS.find(([length]) => this.#length < length)?.[1];
    if (limit === undefined) return this.#texts.at(TOO_MANY_ERRORS);
    const before = this.#texts.all.length;
    const position = this.#texts.at(clipShort(error, limit));
    if (position === before) this.#length += this.#texts.all[position]!.length;
    return position;
  }
}

/** Names that occur among those of the history, in order of appearance. */
export class Used {
  readonly all: string[] = [];
  readonly #positions: Int32Array;
  readonly #make: (position: number) => string;

  /** `count`: how many names the history has. */
  constructor(count: number, make: (position: number) => string) {
    this.#positions = new Int32Array(count).fill(-1);
    this.#make = make;
  }

  at(name: number): number {
    const known = this.#positions[name]!;
    if (known >= 0) return known;
    const position = this.all.push(this.#make(name)) - 1;
    this.#positions[name] = position;
    return position;
  }
}

/** Fills columns of values from the history. */
export class ValueWriter {
  readonly #history: History;
  readonly #columns: Columns;
  readonly #texts: Texts;
  readonly #limit: number;

  /** `others`: about how many values have texts. */
  constructor(history: History, texts: Texts, others: number) {
    this.#history = history;
    this.#columns = history.columns;
    this.#texts = texts;
    this.#limit = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(MOST_TEXT / Math.max(1, others))));
  }

  /** What was asked at `row` and came back at `end` (-1: nothing did). `whole`: the texts are worth their full length. */
  write(asked: Values, got: Values, i: number, row: number, end: number, whole: boolean): void {
    const { kind, a, b, type, f } = this.#columns;
    if (end < 0) {
      this.#one(asked, i, row, whole);
      return;
    }
    const same = kind[end] !== HISTORY_NULL && kind[end] === kind[row] && a[end] === a[row] && b[end] === b[row];
    // What a transaction did says what it was asked to do as well.
    const said =
      !same && type[end] === EVENT_OK && kind[end] === VALUE_OTHER && this.#history.functions[f[row]!] === 'txn';
    if (!said) this.#one(asked, i, row, whole);
    if (same) got.kind[i] = VALUE_SAME;
    else this.#one(got, i, end, whole);
  }

  #one(values: Values, i: number, row: number, whole: boolean): void {
    const { kind, a, b, f } = this.#columns;
    const held = kind[row]!;
    if (held === HISTORY_NULL) values.kind[i] = VALUE_NOTHING;
    else if (held === HISTORY_INT) {
      values.kind[i] = VALUE_INT;
      values.a[i] = a[row]!;
    } else if (held === HISTORY_PAIR) {
      values.kind[i] = VALUE_PAIR;
      values.a[i] = a[row]!;
      values.b[i] = b[row]!;
    } else {
      values.kind[i] = VALUE_TEXT;
      values.a[i] = this.#text(a[row]!, this.#history.functions[f[row]!]!, whole ? LONGEST : this.#limit);
    }
  }

  #text(other: number, f: string, limit: number): number {
    const manner = f === 'txn' || f === 'cas' ? f : 'plain';
    return this.#texts.ofOther(`${manner}${limit}`, other, () => valueText(manner, this.#history.others[other], limit));
  }
}

function valueText(manner: string, value: unknown, limit: number): string {
  if (manner === 'txn') return transactionText(value, limit);
  if (manner === 'cas' && Array.isArray(value) && value.length === 2) {
    return clipShort(`${compact(value[0], limit / 2)} to ${compact(value[1], limit / 2)}`, limit);
  }
  return compact(value, limit);
}
