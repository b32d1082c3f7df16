// YAML text to a tree with places. Refuses what a plan has no use for: other tags, several documents, aliases that explode.
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  Scalar as YamlScalar,
} from 'yaml';
import { clip, type Problems } from './diagnostics.js';
import { nearest } from './nearest.js';
import type { Dict, Entry, List, Scalar, Source, Span, Tree } from './tree.js';

export const LIMITS = {
  /** Bytes of a plan's file. */
  bytes: 1_000_000,
  /** Words, brackets, spaces and line ends. */
  tokens: 300_000,
  depth: 100,
  /** Values that aliases (`*name`) repeat. */
  repeated: 10_000,
  syntaxErrors: 5,
} as const;

/** Other spellings of these tags are what YAML itself would choose. */
const TAGS = ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`);

/**
 * The tree of a source; undefined for an empty one, and when the text is not YAML (which is then in `problems`). Of a source
 * that is not YAML from its first character on, `text` is the part that is, in place, behind spaces.
 */
export function readYaml(source: Source, problems: Problems, text: string = source.text): Tree | undefined {
  const document = compose(source, problems, text);
  if (document === undefined || document.contents === null) return undefined;
  return new Reader(source, problems).read(document.contents as Node);
}

function compose(source: Source, problems: Problems, text: string): Document | undefined {
  const at = (start: number, end = start + 1): Span => ({ source, start, end });
  const binary = text.indexOf('\0');
  if (binary >= 0) {
    problems.add(at(binary), 'this is not a text file: it holds a NUL character');
    return undefined;
  }
  const tokens = tokenize(text);
  if (tokens.list === undefined) {
    problems.add(at(tokens.offset), tokens.message);
    return undefined;
  }
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, version: '1.2', schema: 'core' });
  let document: Document | undefined;
  for (const next of composer.compose(tokens.list, true, text.length)) {
    if (document !== undefined) {
      problems.add(at(next.range[0], next.range[0] + 3), 'a second document begins here; a plan is one document');
      return undefined;
    }
    document = next as Document;
  }
  const errors = document?.errors ?? [];
  // After a syntax error most of what follows is noise: what the parser makes of the rest is not what was meant.
  for (const error of errors.slice(0, firstOnly(errors) ? 1 : LIMITS.syntaxErrors)) {
    const line = source.locate(error.pos[0]).sourceLine;
    problems.add(at(error.pos[0], error.pos[1]), sentence(error.code, error.message), {
      hint: syntaxHint(error.code, line),
    });
  }
  return errors.length === 0 ? document : undefined;
}

function firstOnly(errors: readonly { code: string }[]): boolean {
  return errors.slice(1).every((error) => error.code === 'UNEXPECTED_TOKEN' || error.code === 'MISSING_CHAR');
}

/** The parser's own depth is bounded before anything recursive sees the tokens. */
type Tokens = { list: CST.Token[] } | { list?: undefined; message: string; offset: number };

function tokenize(text: string): Tokens {
  const parser = new Parser();
  const list: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) list.push(token);
    count += 1;
    if (parser.stack.length > LIMITS.depth)
      return { message: `nested more than ${LIMITS.depth / 2} levels deep`, offset: parser.offset };
    if (count > LIMITS.tokens) return { message: 'this is far too long for a plan', offset: parser.offset };
  }
  list.push(...parser.end());
  return { list };
}

function sentence(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab in the indentation; YAML wants spaces';
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'a second ":" on this line; put the text in quotes, or the inner map in { }';
  if (code === 'BAD_SCALAR_START') return `${message.replace('Plain value', 'a value')}; put it in quotes`;
  if (code === 'UNEXPECTED_TOKEN')
    return message.replace(
      /^Unexpected ([a-z-]+).*$/s,
      (_, word: string) => UNEXPECTED[word] ?? 'this does not belong here',
    );
  return `not valid YAML: ${message[0]?.toLowerCase()}${message.slice(1)}`;
}

const UNEXPECTED: Readonly<Record<string, string>> = {
  'flow-map-start': 'a "{" that does not belong here',
  'flow-map-end': 'a "}" that opens nowhere',
  'flow-seq-start': 'a "[" that does not belong here',
  'flow-seq-end': 'a "]" that opens nowhere',
  scalar: 'this does not belong here: the indentation differs from the line above, or quotes are missing',
};

function syntaxHint(code: string, line: string): string | undefined {
  if (/\$\{/.test(line) && code === 'UNEXPECTED_TOKEN')
    return 'Inside { } and [ ], a variable needs quotes: "${NAME:integer=5}".';
  if (code === 'BAD_INDENT' && /^\S/.test(line)) return 'The bracket that is open above this line was never closed.';
  return undefined;
}

class Reader {
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, Tree | null>();
  readonly #sizes = new WeakMap<Tree, number>();
  #repeated = 0;

  constructor(source: Source, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
  }

  read(node: Node): Tree {
    const span = this.#span(node);
    if (isAlias(node)) return this.#alias(node.source, span);
    const anchor = (node as { anchor?: string }).anchor;
    // Null while it is being read: an alias inside of it would have no end.
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    const tag = node.tag;
    if (tag !== undefined && !TAGS.includes(tag))
      this.#problems.add(span, `the tag ${clip(tag)} has no meaning in a plan`);
    const tree = isMap(node)
      ? this.#map(node.items, span)
      : isSeq(node)
        ? this.#list(node.items as Node[], span)
        : this.#scalar(node as YamlScalar, span);
    if (anchor !== undefined) this.#anchors.set(anchor, tree);
    return tree;
  }

  #map(pairs: readonly Pair[], span: Span): Dict {
    const entries = new Map<string, Entry>();
    let size = 1;
    for (const pair of pairs) {
      const keyNode = pair.key as Node;
      const keySpan = this.#span(keyNode);
      const value = pair.value === null ? nothing(keySpan) : this.read(pair.value as Node);
      size += this.#size(value);
      const key = this.#key(keyNode, keySpan);
      if (key === undefined) continue;
      const earlier = entries.get(key);
      if (earlier === undefined) entries.set(key, { keySpan, value });
      else {
        const { line } = this.#source.locate(earlier.keySpan.start);
        this.#problems.add(keySpan, `the key "${clip(key)}" is here for the second time; the first is on line ${line}`);
      }
    }
    return this.#sized({ kind: 'map', entries, span }, size);
  }

  #key(node: Node, span: Span): string | undefined {
    if (!isScalar(node)) {
      this.#problems.add(span, 'a key must be a word');
      return undefined;
    }
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    if (text === '') this.#problems.add(span, 'a key is missing before the ":"');
    else if (text === '__proto__') this.#problems.add(span, 'the key "__proto__" is not allowed');
    else return text;
    return undefined;
  }

  #list(nodes: readonly Node[], span: Span): List {
    const items = nodes.map((node) => this.read(node));
    const size = items.reduce((sum, item) => sum + this.#size(item), 1);
    return this.#sized({ kind: 'list', items, span }, size);
  }

  #scalar(node: YamlScalar, span: Span): Scalar {
    const plain = node.type === YamlScalar.PLAIN;
    const { value } = node;
    if (typeof value === 'number' && !isExact(value)) {
      this.#problems.add(span, `the number ${clip(node.source ?? String(value))} is too large`);
    }
    const known = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return { kind: 'scalar', value: known ? (value as Scalar['value']) : String(value), plain, span };
  }

  #alias(name: string, span: Span): Tree {
    const tree = this.#anchors.get(name);
    if (tree === null) this.#problems.add(span, `*${name} refers to itself`);
    else if (tree === undefined) {
      const suggestion = nearest(name, this.#anchors.keys());
      this.#problems.add(span, `there is no anchor &${clip(name)} before this`, { suggestion });
    } else {
      this.#repeated += this.#size(tree);
      if (this.#repeated <= LIMITS.repeated) return tree;
      this.#problems.add(span, `aliases repeat more than ${LIMITS.repeated} values`);
    }
    return nothing(span);
  }

  #size(tree: Tree): number {
    return this.#sizes.get(tree) ?? 1;
  }

  #sized<T extends Tree>(tree: T, size: number): T {
    this.#sizes.set(tree, size);
    return tree;
  }

  #span(node: Node): Span {
    const [start = 0, end = start] = node.range ?? [];
    return { source: this.#source, start, end };
  }
}

/** Whole numbers beyond 2^53 would silently become others; infinities and NaN are no JSON. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function nothing(span: Span): Scalar {
  return { kind: 'scalar', value: null, plain: true, span };
}
