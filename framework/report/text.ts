// Untrusted text and values made readable: bounded in length, and without characters that mislead people or terminals.

/**
 * Controls (but line feed and tab), bidirectional overrides and isolates, zero-width characters, line separators, lone
 * surrogates and non-characters: invisible, misleading, or forbidden in XML.
 */
const MISLEADING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g;

/** Spells out what could not be seen: a right-to-left override becomes `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(
    MISLEADING,
    (found) => `⟨U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** At most `limit` characters, with a notice of what was left out. Never cuts a character in two. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${grouped(text.length - end)} more characters)`;
}

/** The same for labels, where a notice has no room; counts characters as they are shown. */
export function clipShort(text: string, limit: number): string {
  const shown = visible(text.slice(0, limit + 2));
  if (text.length <= limit && shown.length <= limit) return shown;
  const end = isHighSurrogate(shown.charCodeAt(limit - 2)) ? limit - 2 : limit - 1;
  return `${shown.slice(0, Math.max(0, end))}…`;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** Whole numbers with commas between thousands: `1,000,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 read`, `3 reads`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`; at most `limit` of them, then how many more. */
export function listed(items: readonly string[], limit = 8): string {
  const shown =
    items.length > limit ? [...items.slice(0, limit - 1), `${grouped(items.length - limit + 1)} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}

/** Any JSON value as compact text of at most `limit` characters; costs no more than what it shows. */
export function compact(value: unknown, limit = 200): string {
  const writer = new CompactWriter(limit);
  writer.write(value, 0);
  return writer.text();
}

const DEEPEST = 12;

class CompactWriter {
  #text = '';
  #cut = false;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  text(): string {
    if (!this.#cut && this.#text.length <= this.#limit) return this.#text;
    return clipShort(`${this.#text}…`, this.#limit);
  }

  write(value: unknown, depth: number): void {
    if (this.#full()) return;
    if (typeof value === 'string') this.#string(value);
    else if (Array.isArray(value)) this.#array(value, depth);
    else if (typeof value === 'object' && value !== null) this.#object(value, depth);
    else this.#text += value === undefined ? 'nothing' : String(value);
  }

  #full(): boolean {
    if (this.#text.length > this.#limit) this.#cut = true;
    return this.#cut;
  }

  #string(value: string): void {
    const room = this.#limit - this.#text.length + 1;
    this.#text += JSON.stringify(value.length > room ? value.slice(0, room) : value);
    if (value.length > room) this.#cut = true;
  }

  #array(items: readonly unknown[], depth: number): void {
    if (depth >= DEEPEST) {
      this.#text += '[…]';
      return;
    }
    this.#text += '[';
    for (let i = 0; i < items.length && !this.#full(); i++) {
      if (i > 0) this.#text += ', ';
      this.write(items[i], depth + 1);
    }
    this.#text += ']';
  }

  #object(value: object, depth: number): void {
    if (depth >= DEEPEST) {
      this.#text += '{…}';
      return;
    }
    this.#text += '{';
    let first = true;
    for (const name in value) {
      if (!Object.hasOwn(value, name)) continue;
      if (this.#full()) return;
      if (!first) this.#text += ', ';
      first = false;
      this.#string(name);
      this.#text += ': ';
      this.write((value as Record<string, unknown>)[name], depth + 1);
    }
    this.#text += '}';
  }
}
