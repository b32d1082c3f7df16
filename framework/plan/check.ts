// Holds a part of a plan against a schema and says in a person's words, at its place, everything that does not fit.
import type { ErrorObject } from 'ajv';
import type { OptionSchema } from '../contracts/options.js';
import { type Advice, clip, orList, type Problems, show } from './diagnostics.js';
import { nearest } from './nearest.js';
import { isText, type Span, type Tree, toJson, walk } from './tree.js';
import { guessUnit, isQuantity } from './units.js';
import { validator } from './validator.js';

/** How messages name what is checked. */
export interface Naming {
  /** `nemesis partition`, `timing`. */
  title: string;
  /** Options of a definition rather than keys of the plan. */
  option?: boolean;
  /** What to say about an unknown key, where more is known than its neighbours. */
  unknown?: (key: string) => Advice | undefined;
}

/** True when `tree` fits; otherwise every misfit is in `problems`. */
export function check(schema: OptionSchema, tree: Tree, naming: Naming, problems: Problems): boolean {
  const validate = validator(schema);
  if (validate(toJson(tree))) return true;
  const errors = relevant(validate.errors ?? []);
  for (const error of errors) if (!isMisspelt(error, errors)) report(error, tree, naming, problems);
  return false;
}

/** A missing key that stands there misspelt: to say so once is enough. */
function isMisspelt({ keyword, instancePath, params }: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (keyword !== 'required') return false;
  return errors.slice(0, 100).some((other) => {
    if (other.keyword !== 'additionalProperties' || other.instancePath !== instancePath) return false;
    const known = Object.keys(((other.parentSchema ?? {}) as OptionSchema).properties ?? {});
    return nearest(String(other.params['additionalProperty']), known) === params['missingProperty'];
  });
}

/** One error a value: of a choice (`anyOf`) the branch that was meant, of a wrong type not also what follows from it. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  let left = [...errors];
  for (const choice of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    if (!left.includes(choice)) continue;
    const inside = (error: ErrorObject) =>
      error.schemaPath.startsWith(`${choice.schemaPath}/`) && error.instancePath.startsWith(choice.instancePath);
    const meant = meantBranch(choice);
    if (meant === undefined) left = left.filter((error) => !inside(error));
    else {
      const kept = `${choice.schemaPath}/${meant}/`;
      left = left.filter((error) => error !== choice && (!inside(error) || error.schemaPath.startsWith(kept)));
    }
  }
  const seen = new Map<string, ErrorObject>();
  for (const error of left) {
    const distinct = error.keyword === 'additionalProperties' || error.keyword === 'required';
    const id = distinct ? `${error.instancePath}\n${JSON.stringify(error.params)}` : error.instancePath;
    const other = seen.get(id);
    if (other === undefined || rank(error) < rank(other)) seen.set(id, error);
  }
  return [...seen.values()];
}

/** The branch whose type the value has, when that is exactly one; a choice with a description of its own is told as a whole. */
function meantBranch({ parentSchema, data }: ErrorObject): number | undefined {
  const { anyOf = [], 'x-expected': expected } = (parentSchema ?? {}) as OptionSchema;
  if (expected !== undefined) return undefined;
  const fitting = anyOf.map((_, index) => index).filter((index) => hasType(anyOf[index]!, data));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function hasType({ type }: OptionSchema, data: unknown): boolean {
  const types = type === undefined ? [] : typeof type === 'string' ? [type] : type;
  const actual = data === null ? 'null' : Array.isArray(data) ? 'array' : typeof data;
  return types.some((name) => name === actual || (name === 'integer' && actual === 'number'));
}

function rank({ keyword }: ErrorObject): number {
  return keyword === 'enum' ? 0 : keyword === 'type' ? 1 : 2;
}

function report(error: ErrorObject, tree: Tree, naming: Naming, problems: Problems): void {
  const path = pointer(error.instancePath);
  const found = walk(tree, path);
  const schema = (error.parentSchema ?? {}) as OptionSchema;
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params['additionalProperty']);
    const span = found.tree.kind === 'map' ? found.tree.entries.get(key)?.keySpan : undefined;
    unknownKey(key, span ?? found.tree.span, path, schema, naming, problems);
  } else if (error.keyword === 'required') {
    const key = String(error.params['missingProperty']);
    const message = `${inside(path, naming)} needs ${naming.option ? 'the option' : 'the key'} "${key}"`;
    problems.add(found.keySpan ?? opening(found.tree), message, { hint: schema.properties?.[key]?.description });
  } else {
    const value = toJson(found.tree);
    const message = `${subject(path, naming)} ${requirement(error, schema)}, got ${show(value)}`;
    problems.add(found.tree.span, message, advise(schema, value, found.tree));
  }
}

function unknownKey(
  key: string,
  span: Span,
  path: string[],
  schema: OptionSchema,
  naming: Naming,
  problems: Problems,
): void {
  const known = Object.keys(schema.properties ?? {});
  const word = naming.option && path.length === 0 ? 'option' : 'key';
  const place =
    path.length === 0 ? `${naming.option ? 'of' : 'in'} ${naming.title}` : `in "${pathText(path)}" of ${naming.title}`;
  const special = path.length === 0 ? naming.unknown?.(key) : undefined;
  problems.add(span, `unknown ${word} "${clip(key)}" ${place}`, special ?? adviseKey(key, known, word));
}

function adviseKey(key: string, known: readonly string[], word: string): Advice {
  if (key === '<<')
    return { hint: 'Merge keys are not part of YAML 1.2; use `extends`, or repeat the map with an alias.' };
  const suggestion = nearest(key, known);
  if (suggestion !== undefined) return { suggestion };
  if (known.length === 0) return { hint: `There are no ${word}s here.` };
  return { hint: `Valid ${word}s: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.` };
}

function subject(path: string[], naming: Naming): string {
  const word = naming.option && path.length === 1 ? 'option ' : '';
  const of = naming.title === 'the plan' ? '' : ` of ${naming.title}`;
  return path.length === 0 ? naming.title : `${word}"${pathText(path)}"${of}`;
}

function inside(path: string[], naming: Naming): string {
  return path.length === 0 ? naming.title : `"${pathText(path)}" of ${naming.title}`;
}

function requirement({ keyword, params }: ErrorObject, schema: OptionSchema): string {
  const limit = String(params['limit']);
  if (keyword === 'minimum') return `must be at least ${limit}`;
  if (keyword === 'maximum') return `must be at most ${limit}`;
  if (keyword === 'exclusiveMinimum') return `must be more than ${limit}`;
  if (keyword === 'exclusiveMaximum') return `must be less than ${limit}`;
  if (keyword === 'minItems') return limit === '1' ? 'needs at least one item' : `needs at least ${limit} items`;
  if (keyword === 'maxItems') return `can have at most ${limit} items`;
  if (keyword === 'uniqueItems') return 'must not hold the same item twice';
  return `must be ${expected(schema)}`;
}

/** What a schema accepts, in words. */
export function expected(schema: OptionSchema): string {
  if (schema['x-expected'] !== undefined) return schema['x-expected'];
  if (schema.enum !== undefined) return enumText(schema.enum);
  if (schema.anyOf !== undefined) return orList([...new Set(schema.anyOf.map(expected))]);
  const { type } = schema;
  if (type !== undefined && typeof type !== 'string') return orList(type.map((name) => TYPES[name] ?? name));
  if (type === 'array' && schema.items?.enum !== undefined) return `a list of ${orList(schema.items.enum.map(String))}`;
  return type === undefined ? 'something else' : (TYPES[type] ?? type);
}

function enumText(values: readonly unknown[]): string {
  return values.length === 1 ? `"${String(values[0])}"` : `one of ${orList(values.map(String))}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'null',
};

const TRUTH: Readonly<Record<string, string>> = { yes: 'true', on: 'true', no: 'false', off: 'false' };

function advise(schema: OptionSchema, value: unknown, tree: Tree): Advice {
  const unit = schema['x-unit'];
  if (isQuantity(unit)) return { suggestion: guessUnit(unit, value) };
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((branch) => branch.enum ?? []).map(String);
  if (words.length > 0) return { suggestion: nearest(String(value), words) };
  if (schema.type === 'boolean' && typeof value === 'string') return { suggestion: TRUTH[value.toLowerCase()] };
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  if (isNumber && isText(tree) && !tree.plain && /^-?\d+(\.\d+)?$/.test(tree.value))
    return { hint: 'Leave out the quotes.' };
  if (schema.type === 'string' && typeof value === 'number') return { hint: `Put it in quotes: "${value}".` };
  if (schema.type === 'array' && isText(tree)) return { hint: `A list of one is written [${clip(tree.value, 30)}].` };
  return {};
}

/** `/mix/read` as a list of keys and indexes. */
function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function pathText(path: readonly string[]): string {
  return clip(path.join('.'));
}

/** Where a map begins; all of one that is empty. */
function opening(tree: Tree): Span {
  const empty = tree.kind === 'map' && tree.entries.size === 0;
  return empty ? tree.span : { ...tree.span, end: tree.span.start + 1 };
}
