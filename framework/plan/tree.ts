// A plan's text as a tree in which every key and value knows where it was written; trees are never changed, only copied.

/** A text that values come from: a plan's file, or an argument such as `--set seed=7`. */
export class Source {
  readonly file: string;
  readonly text: string;
  /** What relative paths in this text are relative to; absolute. */
  readonly folder: string;
  #starts: number[] | undefined;

  constructor(file: string, text: string, folder: string) {
    this.file = file;
    this.text = text;
    this.folder = folder;
  }

  /** Line and column (from 1) of an offset, and the whole line. */
  locate(offset: number): { line: number; column: number; sourceLine: string } {
    this.#starts ??= lineStarts(this.text);
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low]!;
    const end = starts[low + 1] ?? this.text.length;
    return {
      line: low + 1,
      column: offset - start + 1,
      sourceLine: this.text.slice(start, end).replace(/[\r\n]+$/, ''),
    };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** A stretch of a source: offsets in UTF-16 units, the end excluded. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Scalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Written without quotes. */
  readonly plain: boolean;
  readonly span: Span;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
}

export interface Entry {
  readonly keySpan: Span;
  readonly value: Tree;
}

export interface Dict {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span;
}

export type Tree = Scalar | List | Dict;
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export function toJson(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toJson);
  // Not by assignment: reading a plan refuses `__proto__`, but a value from a command line may hold it.
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
}

/** JSON that was not read from a text as a tree, every part of which stands at one place. */
export function fromJson(value: unknown, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => fromJson(item, span)), span };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, { keySpan: span, value: fromJson(item, span) }] as const,
    );
    return { kind: 'map', entries: new Map(entries), span };
  }
  return { kind: 'scalar', value: value as Scalar['value'], plain: false, span };
}

/** The value under a key; undefined also for null, which in a plan means "as if it were not there". */
export function child(dict: Dict, key: string): Tree | undefined {
  const value = dict.entries.get(key)?.value;
  return value === undefined || isNull(value) ? undefined : value;
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

export function isText(tree: Tree | undefined): tree is Scalar & { value: string } {
  return tree?.kind === 'scalar' && typeof tree.value === 'string';
}

/** A copy with some keys set, in place where they exist. */
export function withEntries(dict: Dict, changes: Iterable<readonly [string, Entry]>): Dict {
  return { ...dict, entries: new Map([...dict.entries, ...changes]) };
}

export function withoutKeys(dict: Dict, keys: readonly string[]): Dict {
  return { ...dict, entries: new Map([...dict.entries].filter(([key]) => !keys.includes(key))) };
}

/** `raft` as `{ use: raft }`, so that the short and the long form are one. */
export function asBlock(tree: Tree): Tree {
  if (!isText(tree)) return tree;
  return { kind: 'map', entries: new Map([['use', { keySpan: tree.span, value: tree }]]), span: tree.span };
}

/** The deepest value on a path of keys and indexes, with the key that led to it and whether the path was walked to its end. */
export function walk(
  tree: Tree,
  path: readonly string[],
): { tree: Tree; keySpan: Span | undefined; complete: boolean } {
  let current = tree;
  let keySpan: Span | undefined;
  for (const step of path) {
    if (current.kind === 'map') {
      const entry = current.entries.get(step);
      if (entry === undefined) return { tree: current, keySpan, complete: false };
      [current, keySpan] = [entry.value, entry.keySpan];
    } else if (current.kind === 'list' && current.items[Number(step)] !== undefined) {
      [current, keySpan] = [current.items[Number(step)]!, undefined];
    } else return { tree: current, keySpan, complete: false };
  }
  return { tree: current, keySpan, complete: true };
}
