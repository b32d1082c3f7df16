// Everything that is wrong with a plan, collected while it is read and told at once, each at its place.
import { ChaosError } from '../contracts/error.js';
import type { Source, Span } from './tree.js';

export interface Diagnostic {
  file: string;
  /** Lines and columns count from 1, columns in UTF-16 units. */
  line: number;
  column: number;
  /** How many units from the column on are meant. */
  length: number;
  message: string;
  /** The valid word that was probably meant. */
  suggestion?: string;
  /** What to do about it, one sentence. */
  hint?: string;
  sourceLine: string;
}

export interface Advice {
  suggestion?: string | undefined;
  hint?: string | undefined;
}

const MOST = 100;
const WIDEST = 120;

/** Collects diagnostics; the same one twice (from two cells of a matrix) counts once. */
export class Problems {
  readonly #found = new Map<string, { diagnostic: Diagnostic; source: number; offset: number }>();
  readonly #sources = new Map<Source, number>();
  readonly #settled: Span[] = [];
  #dropped = 0;

  /** Sources are told in the order in which they were announced. */
  announce(source: Source): void {
    if (!this.#sources.has(source)) this.#sources.set(source, this.#sources.size);
  }

  /** Drops whatever else is found here from now on: it would only follow from what was told already. */
  settle(span: Span): void {
    this.#settled.push(span);
  }

  add(span: Span, message: string, advice: Advice = {}): void {
    const follows = (told: Span) => told.source === span.source && told.start <= span.start && span.start < told.end;
    if (this.#settled.some(follows)) return;
    const { line, column, sourceLine } = span.source.locate(span.start);
    const id = `${span.source.file}:${line}:${column} ${message}`;
    if (this.#found.has(id)) return;
    if (this.#found.size >= MOST) {
      this.#dropped += 1;
      return;
    }
    this.announce(span.source);
    const diagnostic: Diagnostic = {
      file: span.source.file,
      line,
      column,
      length: Math.max(1, Math.min(span.end - span.start, sourceLine.length - column + 1)),
      message,
      ...(advice.suggestion === undefined ? {} : { suggestion: advice.suggestion }),
      ...(advice.hint === undefined ? {} : { hint: advice.hint }),
      sourceLine,
    };
    this.#found.set(id, { diagnostic, source: this.#sources.get(span.source)!, offset: span.start });
  }

  get count(): number {
    return this.#found.size + this.#dropped;
  }

  /** In the order of the text. */
  list(): Diagnostic[] {
    return [...this.#found.values()]
      .sort((a, b) => a.source - b.source || a.offset - b.offset)
      .map(({ diagnostic }) => diagnostic);
  }

  /** Throws everything found so far as one error. */
  throwIfAny(file: string): void {
    if (this.count > 0) throw new PlanErrors(file, this.list(), this.#dropped);
  }
}

/** A plan that cannot be run, with every reason. */
export class PlanErrors extends ChaosError {
  readonly diagnostics: readonly Diagnostic[];
  /** Diagnostics beyond the first hundred, which are only counted. */
  readonly dropped: number;

  constructor(file: string, diagnostics: readonly Diagnostic[], dropped = 0) {
    const first = diagnostics[0];
    const others = diagnostics.length + dropped - 1;
    const message = first === undefined ? `${file} is no plan` : summary(first);
    super('plan-invalid', others > 0 ? `${message} (and ${others} more)` : message, {
      kind: 'usage',
      ...(first === undefined ? {} : { location: { file: first.file, line: first.line, column: first.column } }),
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
    });
    this.name = 'PlanErrors';
    this.diagnostics = diagnostics;
    this.dropped = dropped;
  }

  /** Every diagnostic with its line and carets, as a terminal shows it. */
  format(): string {
    return formatDiagnostics(this);
  }
}

/** All diagnostics as text: place and message, the line, carets, and a hint; without a newline at the end. */
export function formatDiagnostics(errors: PlanErrors | readonly Diagnostic[]): string {
  const [list, dropped] = errors instanceof PlanErrors ? [errors.diagnostics, errors.dropped] : [errors, 0];
  const parts = list.map(formatDiagnostic);
  if (dropped > 0) parts.push(`… and ${dropped} more like these`);
  return parts.join('\n\n');
}

function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, hint } = diagnostic;
  const lines = [`${printable(file)}:${line}:${column} ${summary(diagnostic)}`, ...excerpt(diagnostic)];
  if (hint !== undefined) lines.push(`  hint: ${printable(hint)}`);
  return lines.join('\n');
}

/** The message with its suggestion, on one line. */
export function summary({ message, suggestion }: Diagnostic): string {
  return printable(suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`);
}

const PASSWORD = /((?:password|passphrase|secret|token)["']?\s*[:=]\s*)([^\s,}\]][^,}\]]*)/gi;

/** A password has no place in a plan; where one stands there all the same, it is not repeated. Nothing moves. */
function withoutPasswords(line: string): string {
  return line.replace(PASSWORD, (_, before: string, value: string) => before + '*'.repeat(value.length));
}

/** The line with carets under it; of a long line, the part around the place. */
function excerpt({ sourceLine: written, column, length }: Diagnostic): string[] {
  const sourceLine = withoutPasswords(written);
  if (sourceLine.trim() === '') return [];
  const from = column > WIDEST - 20 ? column - 40 : 0;
  const to = Math.min(sourceLine.length, from + WIDEST);
  const text = `${from > 0 ? '…' : ''}${sourceLine.slice(from, to)}${to < sourceLine.length ? '…' : ''}`;
  const before = `${from > 0 ? ' ' : ''}${sourceLine.slice(from, column - 1)}`;
  const marked = sourceLine.slice(column - 1, Math.min(to, column - 1 + length)).trimEnd();
  const carets = '^'.repeat(Math.max(1, [...marked].length));
  // Tabs stay tabs, so that the carets stand under what they mean however wide a tab is.
  const pad = [...before].map((character) => (character === '\t' ? '\t' : ' ')).join('');
  return [`    ${printable(text)}`, `    ${pad}${carets}`];
}

/** Without control characters: a plan must not be able to drive the terminal that shows its errors. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '·');
}

/** A value as messages show it: short, quoted, one line. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'empty text' : `the text "${clip(value)}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return 'a map';
}

export function clip(text: string, longest = 60): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
