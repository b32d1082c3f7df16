// Reads one block of a plan: its keys held against their table, and what is valid in words (for the document) and as values.
import type { Options, OptionValues } from '../contracts/options.js';
import { check, type Naming } from './check.js';
import { type Advice, orList, type Problems } from './diagnostics.js';
import { type Block, blockSchema } from './keys.js';
import { type Dict, type Entry, fromJson, isNull, type Span, type Tree, toJson } from './tree.js';
import { validator } from './validator.js';
import { absolutePaths, convertUnits, fillDefaults, optionsSchema } from './values.js';

/** Both forms of the same data: as the plan would write it, and with units turned into numbers. Defaults are in both. */
export interface Filled {
  words: Record<string, unknown>;
  values: OptionValues;
}

export interface ReadBlock extends Filled {
  /** Without keys that are null. `words` and `values` hold only what is valid. */
  dict: Dict;
  span: Span;
}

interface BlockSettings {
  /** Other keys are allowed: they belong to a definition. */
  open?: boolean;
  unknown?: (key: string) => Advice | undefined;
}

/** The block; undefined (and a problem) when it is no map at all. */
export function readBlock(
  block: Block,
  tree: Tree,
  problems: Problems,
  settings: BlockSettings = {},
): ReadBlock | undefined {
  const dict = tree.kind === 'map' ? withoutNulls(tree) : tree;
  check(blockSchemaOf(block, settings.open === true), dict, naming(block.title, settings.unknown), problems);
  if (dict.kind !== 'map') return undefined;
  const words: Record<string, unknown> = {};
  const values: OptionValues = {};
  for (const [key, schema] of Object.entries(block.keys)) {
    const entry = dict.entries.get(key);
    const word: unknown = entry === undefined ? structuredClone(schema.default) : toJson(entry.value);
    if (word === undefined || !validator(schema)(word)) continue;
    words[key] = fillDefaults(schema, word);
    values[key] = convertUnits(schema, words[key]);
  }
  return { dict, span: dict.span, words, values };
}

function naming(title: string, unknown: BlockSettings['unknown']): Naming {
  return unknown === undefined ? { title } : { title, unknown };
}

const schemas = new Map<string, ReturnType<typeof blockSchema>>();

function blockSchemaOf(block: Block, open: boolean) {
  const id = `${block.title} ${open}`;
  let schema = schemas.get(id);
  if (schema === undefined) {
    schema = blockSchema(block, open);
    schemas.set(id, schema);
  }
  return schema;
}

/** What options are read for. */
export interface Owner {
  /** As messages name it: `system raft`. */
  title: string;
  /** Where it is named: the place of what is missing where no options are written. */
  span: Span;
  /** Options that an alias presets. */
  preset?: OptionValues;
}

/** A definition's options, over those that are preset; undefined (and problems) when some do not fit. */
export function readOptions(
  options: Options,
  tree: Tree | undefined,
  { title, span, preset = {} }: Owner,
  problems: Problems,
): Filled | undefined {
  const schema = optionsSchema(options);
  if (tree !== undefined && tree.kind !== 'map') {
    const example = `{ ${Object.keys(options)[0] ?? 'name'}: … }`;
    problems.add(tree.span, `the options of ${title} must be a map, such as ${example}`);
    return undefined;
  }
  const written: Dict = tree === undefined ? { kind: 'map', entries: new Map(), span } : withoutNulls(tree, options);
  const given = mergePresets(preset, written);
  if (!check(schema, given, { title, option: true }, problems)) return undefined;
  const filled = fillDefaults(schema, toJson(absolutePaths(schema, given)));
  // Once more for the paths among the defaults.
  const words = toJson(absolutePaths(schema, fromJson(filled, written.span))) as OptionValues;
  return { words, values: convertUnits(schema, words) as OptionValues };
}

function mergePresets(preset: OptionValues, over: Dict): Dict {
  const base = fromJson(preset, over.span) as Dict;
  return { ...over, entries: new Map([...base.entries, ...over.entries]) };
}

/** A key without a value is as good as absent, unless the option itself takes null. */
function withoutNulls(dict: Dict, options: Options = {}): Dict {
  const takesNull = (key: string) => Object.hasOwn(options, key) && validator(options[key]!)(null);
  return {
    ...dict,
    entries: new Map([...dict.entries].filter(([key, { value }]) => !isNull(value) || takesNull(key))),
  };
}

/** Where to point for a key: its value, or the block when it is not written. */
export function spanAt(block: ReadBlock, key: string): Span {
  return block.dict.entries.get(key)?.value.span ?? firstLine(block.span);
}

/** The keys of a dict that a table does not list. */
export function entriesBeside(dict: Dict, block: Block): Dict {
  const rest: [string, Entry][] = [...dict.entries].filter(([key]) => !Object.hasOwn(block.keys, key));
  return { ...dict, entries: new Map(rest) };
}

/** Says of an option that stands one level too high where it belongs. */
export function misplaced(options: Options | undefined, title: string) {
  return (key: string): Advice | undefined => {
    if (options === undefined || !Object.hasOwn(options, key)) return undefined;
    return { hint: `It is an option of ${title}: write it under "with", as in with: { ${key}: … }.` };
  };
}

/** `Valid systems: a, b and c.` */
export function listNames(plural: string, names: readonly string[]): string {
  return names.length === 0
    ? `There are no ${plural}.`
    : `There are ${plural} called ${orList(names).replace(/ or /, ' and ')}.`;
}

function firstLine(span: Span): Span {
  return { ...span, end: span.start + 1 };
}
