// EDN values as JSON and back: keywords and symbols become texts, sets and lists arrays, tagged values what they tag.
import { parseEDNString } from 'edn-data';
import { isExact } from './numbers.js';

/**
 * What is easily misread is written in another way first: integers that a double does not hold, characters such as `\{`, and
 * symbolic numbers (`##NaN`).
 */
const TOKENS = /"(?:\\[\s\S]|[^"\\])*"|;[^\n]*|\\(?:[a-zA-Z]\w*|[\s\S])|[^\s,()[\]{}";\\]+/g;
const MISREAD = /[\d.]{16}|\d[eE]|\\|##/;
const INTEGER = /^[-+]?\d{16,}$/;
const DECIMAL = /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/;

const CHARACTERS: Readonly<Record<string, string>> = {
  newline: '\n',
  space: ' ',
  tab: '\t',
  return: '\r',
  backspace: '\b',
  formfeed: '\f',
};

function clarify(token: string): string {
  if (token[0] === '\\') return JSON.stringify(character(token.slice(1)));
  if (INTEGER.test(token)) return `${token}N`;
  if (DECIMAL.test(token) && !isExact(token)) return JSON.stringify(token);
  return token.startsWith('##') ? `"${token.slice(2)}"` : token;
}

function character(name: string): string {
  if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
  return CHARACTERS[name] ?? name;
}

/** A map in the order of its text; anything else is plain JSON already. */
interface EdnMap {
  map: [unknown, unknown][];
}

/** The values in an EDN text; none when it holds nothing but comments and discarded forms. Throws on broken text. */
export function parseEdn(text: string): unknown[] {
  const clear = MISREAD.test(text) ? text.replace(TOKENS, clarify) : text;
  // As one vector: a text that is not whole gives none.
  const values = parseEDNString(`[${clear}\n]`, OPTIONS);
  if (!Array.isArray(values)) throw new Error('it has no end');
  return values.map(toPlain);
}

const OPTIONS: Parameters<typeof parseEDNString>[1] = {
  mapAs: 'doubleArray',
  setAs: 'array',
  listAs: 'array',
  keywordAs: 'string',
  symbolAs: 'string',
  charAs: 'string',
  tagHandlers: { inst: (value) => value },
};

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if ('map' in value)
    return Object.fromEntries((value as EdnMap).map.map(([key, field]) => [name(key), toPlain(field)]));
  return toPlain((value as { val: unknown }).val);
}

/** A map's key as the name of a field. */
function name(key: unknown): string {
  const plain = toPlain(key);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

const KEYWORD = /^[A-Za-z*!_?$%&=<>+-][\w*!?$%&=<>+.#-]*$/;

/** `:name`, or a text where the name cannot be a keyword. */
export function keyword(name: string): string {
  return KEYWORD.test(name) ? `:${name}` : JSON.stringify(name);
}

/** A JSON value as EDN, one that `parseEdn` turns back into the same value. */
export function toEdnValue(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return `[${value.map(toEdnValue).join(' ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${keyword(key)} ${toEdnValue(field)}`).join(', ')}}`;
}

function number(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return value.toExponential();
  return Number.isFinite(value) ? String(value) : 'nil';
}
