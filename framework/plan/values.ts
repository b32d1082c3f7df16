// Options by their schema: defaults are filled in, and units turned into numbers.
import { ChaosError } from '../contracts/error.js';
import type { OptionSchema, Options, OptionValues } from '../contracts/options.js';
import type { PlantedBug } from '../contracts/system.js';
import { check } from './check.js';
import { Problems, summary } from './diagnostics.js';
import { fromJson, Source } from './tree.js';
import { PARSE_UNIT } from './units.js';
import { validator } from './validator.js';

const schemas = new WeakMap<Options, OptionSchema>();

/** The schema of a definition's options: those and no others. */
export function optionsSchema(options: Options): OptionSchema {
  let schema = schemas.get(options);
  if (schema === undefined) {
    // An option without a default is not thereby required: definitions say so with `required` in nested objects only.
    schema = { type: 'object', properties: { ...options }, additionalProperties: false };
    schemas.set(options, schema);
  }
  return schema;
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
 * into numbers. `title` names whose options they are: `checker linearizable`. Throws one `ChaosError` that tells all misfits.
 */
export function resolveOptions(options: Options, given: Record<string, unknown>, title: string): OptionValues {
  const schema = optionsSchema(options);
  const source = new Source(title, title, process.cwd());
  const problems = new Problems();
  if (!check(schema, fromJson(given, { source, start: 0, end: 0 }), { title, option: true }, problems)) {
    const told = problems.list();
    const hint = told.find((diagnostic) => diagnostic.hint !== undefined)?.hint;
    throw new ChaosError('bad-options', told.map(summary).join('; '), {
      kind: 'usage',
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return convertUnits(schema, fillDefaults(schema, given)) as OptionValues;
}

/** A copy of valid data with defaults filled in, still in the plan's words; keys come in the schema's order. */
export function fillDefaults(schema: OptionSchema, value: unknown): unknown {
  const chosen = branch(schema, value);
  if (chosen !== schema) return fillDefaults(chosen, value);
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => fillDefaults(schema.items!, item));
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (Object.hasOwn(value, key)) filled[key] = fillDefaults(property, value[key]);
    else if (property.default !== undefined) filled[key] = fillDefaults(property, structuredClone(property.default));
  }
  for (const [key, item] of Object.entries(value)) {
    if (!Object.hasOwn(filled, key)) filled[key] = fillDefaults(extra(schema), item);
  }
  return filled;
}

/** A copy of valid data in which `10s` is 10000, `200/s` is 200 and `30%` is 0.3. */
export function convertUnits(schema: OptionSchema, value: unknown): unknown {
  const chosen = branch(schema, value);
  if (chosen !== schema) return convertUnits(chosen, value);
  const unit = schema['x-unit'];
  if (unit !== undefined && typeof value === 'string') return PARSE_UNIT[unit](value) ?? value;
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => convertUnits(schema.items!, item));
  if (!isObject(value)) return value;
  const properties = schema.properties ?? {};
  const convert = (key: string) => (Object.hasOwn(properties, key) ? properties[key]! : extra(schema));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convertUnits(convert(key), item)]));
}

function extra(schema: OptionSchema): OptionSchema {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
}

/** Of an `anyOf`, the first branch that the value fits; the schema itself when it has none. */
function branch(schema: OptionSchema, value: unknown): OptionSchema {
  return schema.anyOf?.find((candidate) => validator(candidate)(value)) ?? schema;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
