// Values of operations for the page: whole numbers as they are, everything else as short text, each text once.
import {
  type Columns,
  VALUE_INT as HISTORY_INT,
  VALUE_NULL as HISTORY_NULL,
  VALUE_PAIR as HISTORY_PAIR,
  type History,
} from '../../contracts/history.js';
import { transactionText } from '../operations.js';
import { VALUE_INT, VALUE_NOTHING, VALUE_PAIR, VALUE_SAME, VALUE_TEXT, type Values } from '../page/operations.js';
import { clipShort, compact } from '../text.js';

/** Characters of a value or an error; shorter where there are many long ones. */
const LONGEST = 160;
const SHORTEST = 24;
/** Characters of all texts, about. */
const MOST_TEXT = 6_000_000;

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

  /** `whole`: the text is worth its full length. */
  write(values: Values, i: number, row: number, whole: boolean): void {
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

  /** What came back at `end` for what was asked at `row`; `write` has been called for `asked`. */
  writeBack(values: Values, i: number, row: number, end: number, whole: boolean): void {
    const { kind, a, b } = this.#columns;
    const same = kind[end] !== HISTORY_NULL && kind[end] === kind[row] && a[end] === a[row] && b[end] === b[row];
    if (same) values.kind[i] = VALUE_SAME;
    else this.write(values, i, end, whole);
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
