// Cuts EDN text into its operations, with their lines: one map after the other, or the maps in one vector or list.
import { malformed } from './issue.js';

export interface EdnForm {
  text: string;
  /** Where it begins; lines count from 1. */
  line: number;
}

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const NEWLINE = 10;
/** 1 for what may end a form, or means something else than itself inside one. */
const SPECIAL = Uint8Array.from({ length: 128 }, (_, code) =>
  code <= 32 || ',;"\\()[]{}'.includes(String.fromCharCode(code)) ? 1 : 0,
);

type Mode = 'plain' | 'text' | 'escape' | 'comment' | 'character';

/** A scanner over chunks of text. Knows brackets, strings, comments and characters; what is inside is somebody else's matter. */
export class EdnForms {
  readonly warnings: string[] = [];
  readonly #file: string;
  #line = 1;
  /** The last line that holds anything. */
  #lastLine = 1;
  #mode: Mode = 'plain';
  /** Closing brackets that are due. */
  readonly #due: string[] = [];
  /** 1 inside the vector or list around all operations. */
  #base = 0;
  #started = false;
  #inForm = false;
  #formLine = 1;
  /** The form began with `#`. */
  #tagged = false;
  /** The part of the form that earlier chunks held. */
  #text = '';

  constructor(file: string) {
    this.#file = file;
  }

  *read(chunks: Iterable<string>): IterableIterator<EdnForm> {
    for (const chunk of chunks) yield* this.#chunk(chunk);
    if (this.#inForm && this.#due.length === this.#base && this.#mode === 'plain') yield this.#form('');
    this.#end();
  }

  *#chunk(chunk: string): IterableIterator<EdnForm> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i);
      if (this.#inForm && this.#mode === 'plain' && (SPECIAL[code] ?? 0) === 0) {
        this.#lastLine = this.#line;
        continue;
      }
      const wasInForm = this.#inForm;
      const ends = this.#step(code, chunk[i]!);
      if (!wasInForm && this.#inForm) start = i;
      if (ends === 'after') yield this.#form(chunk.slice(start, i + 1));
      else if (ends === 'before') yield this.#form(chunk.slice(start, i));
      if (ends !== null) start = i + 1;
      if (code === NEWLINE) this.#line++;
    }
    if (this.#inForm) this.#text += chunk.slice(start);
  }

  #form(rest: string): EdnForm {
    const text = this.#text + rest;
    this.#text = '';
    this.#inForm = false;
    return { text, line: this.#formLine };
  }

  /** Takes one character; says whether the form ends after it, before it or not at all. */
  #step(code: number, char: string): 'after' | 'before' | null {
    if (code > 32) this.#lastLine = this.#line;
    switch (this.#mode) {
      case 'text':
        if (char === '\\') this.#mode = 'escape';
        else if (char === '"') this.#mode = 'plain';
        return null;
      case 'escape':
        this.#mode = 'text';
        return null;
      case 'comment':
        if (code === NEWLINE) this.#mode = 'plain';
        return null;
      case 'character':
        this.#mode = 'plain';
        return null;
      default:
        return this.#plain(code, char);
    }
  }

  #plain(code: number, char: string): 'after' | 'before' | null {
    if (code <= 32 || char === ',') return this.#endsAtom() ? 'before' : null;
    if (char === ';') {
      this.#mode = 'comment';
      return this.#endsAtom() ? 'before' : null;
    }
    const closer = CLOSERS[char];
    if (!this.#started && closer !== undefined && char !== '{') return this.#begin(closer);
    this.#started = true;
    if (char === '}' || char === ']' || char === ')') return this.#close(char);
    this.#enter(char);
    if (closer !== undefined) this.#due.push(closer);
    else if (char === '"') this.#mode = 'text';
    else if (char === '\\') this.#mode = 'character';
    return null;
  }

  #begin(closer: string): null {
    this.#started = true;
    this.#due.push(closer);
    this.#base = 1;
    return null;
  }

  #enter(char: string): void {
    if (this.#inForm) return;
    this.#inForm = true;
    this.#tagged = char === '#';
    this.#formLine = this.#line;
  }

  #close(char: string): 'after' | 'before' | null {
    const due = this.#due.pop();
    if (due !== char) {
      const problem = due === undefined ? `'${char}' closes nothing` : `'${char}' where '${due}' is due`;
      throw malformed(this.#file, this.#line, problem);
    }
    if (this.#due.length < this.#base) {
      this.#base = 0;
      return this.#inForm ? 'before' : null;
    }
    return this.#due.length === this.#base ? 'after' : null;
  }

  /** A space ends what is no bracket, but a tag and the map behind it belong together. */
  #endsAtom(): boolean {
    return this.#inForm && !this.#tagged && this.#due.length === this.#base;
  }

  #end(): void {
    const open = this.#inForm || this.#due.length > this.#base || this.#mode === 'text' || this.#mode === 'escape';
    if (open && this.#formLine < this.#lastLine) {
      throw malformed(this.#file, this.#formLine, 'the operation that begins here has no end', 'Was the file cut?');
    }
    if (open) this.#warn(this.#formLine, 'the last operation is torn and was left out');
    else if (this.#base > 0)
      this.#warn(this.#lastLine, 'the list of operations has no end: the file was cut behind this line');
  }

  #warn(line: number, problem: string): void {
    this.warnings.push(`line ${line}: ${problem}`);
  }
}
