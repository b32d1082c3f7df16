// Options by their schema: defaults are filled in, units turned into numbers, and paths made absolute.
import { ChaosError } from '../contracts/error.js';
import type { OptionSchema, Options, OptionValues } from '../contracts/options.js';
import type { PlantedBug } from '../contracts/system.js';
import { check } from './check.js';
import { Problems, summary } from './diagnostics.js';
import { resolvePath } from './paths.js';
import { type Entry, fromJson, isText, Source, type Tree, toJson } from './tree.js';
import { isQuantity, PARSE_UNIT } from './units.js';
import { validator } from './validator.js';

const schemas = new WeakMap<Options, OptionSchema>();

/** The schema of a definition's options: those and no others. */
export function optionsSchema(options: Options): OptionSchema {
  let schema = schemas.get(options);
  if (schema === undefined) {
    const required = requiredOf(options);
    schema = {
      type: 'object',
      properties: { ...options },
      additionalProperties: false,
      ...(required.length === 0 ? {} : { required }),
    };
    schemas.set(options, schema);
  }
  return schema;
}

/** The options that every plan must give; an option without a default is not thereby one of them. */
export function requiredOf(options: Options): string[] {
  return Object.keys(options).filter((name) => options[name]?.['x-required'] === true);
}

interface WithBugs {
  options?: Options;
  bugs?: Readonly<Record<string, PlantedBug>>;
}

const bugOptions = new WeakMap<WithBugs, Options>();

/** A system's own options and, where it has planted bugs, the option `bug` that chooses one of them or `none`. */
export function systemOptions(system: WithBugs): Options {
  if (system.bugs === undefined) return system.options ?? NO_OPTIONS;
  let options = bugOptions.get(system);
  if (options === undefined) {
    options = { ...system.options, bug: bugOption(system.bugs) };
    bugOptions.set(system, options);
  }
  return options;
}

export const NO_OPTIONS: Options = {};

function bugOption(bugs: Readonly<Record<string, PlantedBug>>): OptionSchema {
  return {
    type: 'string',
    description: 'A defect planted on purpose, to prove that checkers find it.',
    enum: ['none', ...Object.keys(bugs)],
    default: 'none',
  };
}

/**
 * Options that do not come from a plan (from a command line, say), checked and resolved: defaults filled in, units turned
 * into numbers, paths relative to the working directory made absolute. `title` names whose options they are: `checker linearizable`. Throws one `ChaosError` that tells all misfits.
 */
export function resolveOptions(options: Options, given: Record<string, unknown>, title: string): OptionValues {
  const schema = optionsSchema(options);
  const source = new Source(title, title, process.cwd());
  const problems = new Problems();
  const span = { source, start: 0, end: 0 };
  if (!check(schema, fromJson(given, span), { title, option: true }, problems)) {
    const told = problems.list();
    const hint = told.find((diagnostic) => diagnostic.hint !== undefined)?.hint;
    throw new ChaosError('bad-options', told.map(summary).join('; '), {
      kind: 'usage',
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const words = toJson(absolutePaths(schema, fromJson(fillDefaults(schema, given), span)));
  return convertUnits(schema, words) as OptionValues;
}

/** A copy of valid data with defaults filled in, still in the plan's words; keys come in the schema's order. */
export function fillDefaults(schema: OptionSchema, value: unknown): unknown {
  const chosen = branch(schema, value);
  if (chosen !== schema) return fillDefaults(chosen, value);
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => fillDefaults(schema.items!, item));
  if (!isObject(value)) return value;
  const filled = new Map<string, unknown>();
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (Object.hasOwn(value, key)) filled.set(key, fillDefaults(property, value[key]));
    else if (property.default !== undefined) filled.set(key, fillDefaults(property, structuredClone(property.default)));
  }
  for (const [key, item] of Object.entries(value)) {
    if (!filled.has(key)) filled.set(key, fillDefaults(schemaOf(schema, key), item));
  }
  // Not by assignment: a value from a command line may have a key `__proto__`.
  return Object.fromEntries(filled);
}

/** A copy of valid data in which `10s` is 10000, `200/s` is 200 and `30%` is 0.3. */
export function convertUnits(schema: OptionSchema, value: unknown): unknown {
  const chosen = branch(schema, value);
  if (chosen !== schema) return convertUnits(chosen, value);
  const unit = schema['x-unit'];
  if (isQuantity(unit) && typeof value === 'string') return PARSE_UNIT[unit](value) ?? value;
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => convertUnits(schema.items!, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, convertUnits(schemaOf(schema, key), item)]),
  );
}

/** A copy of valid options in which every path is absolute; each is relative to the folder of the text it was written in. */
export function absolutePaths(schema: OptionSchema, tree: Tree): Tree {
  const chosen = branch(schema, toJson(tree));
  if (chosen !== schema) return absolutePaths(chosen, tree);
  if (isText(tree)) return { ...tree, value: resolvePath(schema['x-unit'], tree.value, tree.span.source.folder) };
  if (tree.kind === 'scalar') return tree;
  if (tree.kind === 'list') {
    const { items = {} } = schema;
    return { ...tree, items: tree.items.map((item) => absolutePaths(items, item)) };
  }
  const entries = new Map<string, Entry>();
  for (const [key, { keySpan, value }] of tree.entries)
    entries.set(key, { keySpan, value: absolutePaths(schemaOf(schema, key), value) });
  return { ...tree, entries };
}

/** The schema of the value under a key. */
function schemaOf({ properties = {}, additionalProperties }: OptionSchema, key: string): OptionSchema {
  if (Object.hasOwn(properties, key)) return properties[key]!;
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

/** Of an `anyOf`, the first branch that the value fits; the schema itself when it has none. */
function branch(schema: OptionSchema, value: unknown): OptionSchema {
  return schema.anyOf?.find((candidate) => validator(candidate)(value)) ?? schema;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
