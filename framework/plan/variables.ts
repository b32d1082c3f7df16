// `${NAME}`, `${NAME=default}` and `${NAME:type=default}` in values; `$${` is a plain `${`.
import { parseDocument } from 'yaml';
import { clip, orList, type Problems } from './diagnostics.js';
import { nearest } from './nearest.js';
import type { Dict, Entry, Scalar, Span, Tree } from './tree.js';
import { parseDuration, parsePercent, parseRate } from './units.js';

export type Variables = Readonly<Record<string, string | undefined>>;

interface VariableType {
  expected: string;
  /** The value that the text means; undefined: it means none. */
  read: (text: string) => string | number | boolean | undefined;
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

export const VARIABLE_TYPES: Readonly<Record<string, VariableType>> = {
  string: { expected: 'text', read: (text) => text },
  integer: { expected: 'a whole number', read: (text) => (/^[-+]?\d{1,15}$/.test(text) ? Number(text) : undefined) },
  number: { expected: 'a number', read: (text) => (NUMBER.test(text) ? Number(text) : undefined) },
  boolean: {
    expected: 'true or false',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  duration: {
    expected: 'a duration such as 10s or 500ms',
    read: (text) => (parseDuration(text) === undefined ? undefined : text),
  },
  rate: { expected: 'a rate such as 200/s', read: (text) => (parseRate(text) === undefined ? undefined : text) },
  percent: {
    expected: 'a percentage such as 30%',
    read: (text) => (parsePercent(text) === undefined ? undefined : text),
  },
};

// What stands for nodes (`${node.id}`, `${nodes:%a:80}`) is known only when they have their places: it is left to their system.
const OF_NODES = /^\$\{(node\.|nodes[.:}])/;

// An escape, or a reference: name, type, default.
const REFERENCE = /\$\$\{|\$\{([^}:=]*)(?::([^}=]*))?(?:=([^}]*))?\}|\$\{/g;

/** Keys of a plan below which there is something to start on nodes. */
const KNOW_NODES: readonly string[] = ['system', 'matrix'];

/** A copy of a plan with every reference replaced, but for what stands for nodes where these are known. */
export function expandPlan(plan: Dict, variables: Variables, problems: Problems): Dict {
  return expandEntries(plan, (value, key) => expandVariables(value, variables, problems, KNOW_NODES.includes(key)));
}

/** A copy with every reference replaced; `knowsNodes`: but for what stands for nodes. */
export function expandVariables(tree: Tree, variables: Variables, problems: Problems, knowsNodes = false): Tree {
  const expand = (inner: Tree) => expandVariables(inner, variables, problems, knowsNodes);
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(expand) };
  if (tree.kind === 'map') return expandEntries(tree, expand);
  return typeof tree.value === 'string' ? expandScalar(tree, tree.value, variables, problems, knowsNodes) : tree;
}

function expandEntries(dict: Dict, expand: (value: Tree, key: string) => Tree): Dict {
  const entries = new Map<string, Entry>();
  for (const [key, { keySpan, value }] of dict.entries) entries.set(key, { keySpan, value: expand(value, key) });
  return { ...dict, entries };
}

/** True where a text, at any depth, still holds what stands for nodes. */
export function namesNodes(value: unknown): boolean {
  if (typeof value === 'string') return /\$\{(node\.|nodes[.:}])/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(namesNodes);
}

function expandScalar(
  scalar: Scalar,
  text: string,
  variables: Variables,
  problems: Problems,
  knowsNodes: boolean,
): Scalar {
  if (!text.includes('${')) return scalar;
  const resolver = new Resolver(scalar, text, variables, problems);
  const before = problems.count;
  const lone = /^\$\{[^}]*\}$/.test(text);
  let typed: string | number | boolean | undefined;
  const expanded = text.replace(REFERENCE, (whole: string, name?: string, type?: string, fallback?: string) => {
    if (whole === '$${') return '${';
    if (knowsNodes && OF_NODES.test(whole) && !Object.hasOwn(VARIABLE_TYPES, type ?? '')) return whole;
    const value = resolver.value(whole, name, type, fallback);
    if (type !== undefined) typed = value;
    return String(value ?? '');
  });
  if (problems.count > before) {
    problems.settle(scalar.span);
    return scalar;
  }
  if (lone && typed !== undefined) return { ...scalar, value: typed };
  return { ...scalar, value: scalar.plain ? readPlain(expanded) : expanded };
}

/** What YAML would make of a text that stands there without quotes: `5` is a number, `true` is true. */
function readPlain(text: string): Scalar['value'] {
  if (!/^(true|false|null|~|[-+.]?\d.*)?$/i.test(text)) return text;
  const value: unknown = parseDocument(text, { version: '1.2', schema: 'core' }).toJS();
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

class Resolver {
  readonly #scalar: Scalar;
  readonly #text: string;
  readonly #variables: Variables;
  readonly #problems: Problems;

  constructor(scalar: Scalar, text: string, variables: Variables, problems: Problems) {
    this.#scalar = scalar;
    this.#text = text;
    this.#variables = variables;
    this.#problems = problems;
  }

  value(whole: string, name: string | undefined, type: string | undefined, fallback: string | undefined) {
    if (name === undefined) return this.#fail(whole, '"${" without a "}"', { hint: 'A plain "${" is written "$${".' });
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return this.#fail(whole, `"${clip(name)}" is no name of a variable`);
    const reader = VARIABLE_TYPES[type ?? 'string'];
    if (reader === undefined || !Object.hasOwn(VARIABLE_TYPES, type ?? 'string')) {
      const words = Object.keys(VARIABLE_TYPES);
      const advice = { suggestion: nearest(type ?? '', words), hint: `Types are ${orList(words)}.` };
      return this.#fail(whole, `unknown type "${clip(type ?? '')}" of the variable ${name}`, advice);
    }
    const given = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    const text = given ?? fallback;
    if (text === undefined) {
      return this.#fail(whole, `the variable ${name} is not set and has no default`, {
        suggestion: this.#similar(name),
        hint: `Set it in the environment, or write \${${name}${type === undefined ? '' : `:${type}`}=default}.`,
      });
    }
    const value = reader.read(text);
    const origin = given === undefined ? 'the default of ' : '';
    return value ?? this.#fail(whole, `${origin}the variable ${name} must be ${reader.expected}, got "${clip(text)}"`);
  }

  /** Only names that look related are worth a guess: an environment has a hundred. */
  #similar(name: string): string | undefined {
    const close = Object.keys(this.#variables).filter(
      (other) => Math.abs(other.length - name.length) <= 2 && other[0] === name[0],
    );
    return nearest(name, close);
  }

  #fail(whole: string, message: string, advice: { suggestion?: string | undefined; hint?: string } = {}): undefined {
    this.#problems.add(this.#place(whole), message, advice);
    return undefined;
  }

  #place(whole: string): Span {
    const { span } = this.#scalar;
    const offset = span.source.text.slice(span.start, span.end).indexOf(whole);
    return offset < 0 || this.#text === ''
      ? span
      : { ...span, start: span.start + offset, end: span.start + offset + whole.length };
  }
}
