// The JSON schema of plans for editors, made from the same tables and definitions that validate them.
import type { Catalog } from '../catalog/catalog.js';
import type { OptionSchema, Options } from '../contracts/options.js';
import {
  type Block,
  blockSchema,
  DEPLOY,
  EVIDENCE,
  EXPECT,
  INJECTION,
  NEMESIS,
  PLAN,
  SYSTEM,
  TIMING,
  WORKLOAD,
} from './keys.js';
import { NO_OPTIONS, systemOptions } from './values.js';

/** A draft-07 schema as plain JSON. */
export type Schema = { [keyword: string]: unknown };

/** One definition as a plan may name it. */
interface Choice {
  name: string;
  summary: string;
  options: Options;
}

const VARIABLE: Schema = { $ref: '#/definitions/variable' };
const PATH: Schema = { $ref: '#/definitions/path' };

/** Accepts what `loadPlan` accepts, as far as a schema can tell; describes every key and every option of the catalog. */
export async function planSchema(catalog: Catalog): Promise<Schema> {
  const choices = await allChoices(catalog);
  const properties: Record<string, Schema> = {};
  for (const [key, schema] of Object.entries(PLAN.keys)) properties[key] = editorSchema(schema);
  const described = (key: string, schema: Schema) => ({ description: PLAN.keys[key]?.description, ...schema });
  const block = (kind: keyof typeof choices, table: Block) =>
    nameOrBlock(choices[kind], usingBlock(table, choices[kind]));
  Object.assign(properties, {
    system: described('system', block('system', SYSTEM)),
    deploy: described('deploy', nameOrBlock(choices.deployment, deployBlock(choices.deployment))),
    workload: described('workload', block('workload', WORKLOAD)),
    nemeses: described('nemeses', { type: 'array', items: block('nemesis', NEMESIS) }),
    injections: described('injections', { type: 'array', items: injection(choices.nemesis) }),
    timing: described('timing', plainBlock(TIMING)),
    evidence: described('evidence', plainBlock(EVIDENCE)),
    expect: described('expect', { anyOf: [{ const: 'valid' }, plainBlock(EXPECT), VARIABLE] }),
    checks: described('checks', { type: 'array', items: checkItem(choices.checker) }),
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Plan of chaos',
    description: PLAN.summary,
    type: 'object',
    properties,
    additionalProperties: false,
    // What is missing may come from the plan that this one extends.
    anyOf: [{ required: [...PLAN.required] }, { required: ['extends'] }],
    definitions: {
      variable: {
        type: 'string',
        pattern: '\\$\\{',
        description: 'A variable: ${NAME}, ${NAME=default} or ${NAME:type=default}.',
      },
      path: {
        type: 'string',
        pattern: '^\\.{0,2}[/\\\\]|\\.[cm]?[jt]sx?$',
        description: 'The path of a module of your own.',
      },
    },
  };
}

async function allChoices(catalog: Catalog) {
  const choice = (options: Options | undefined, { name, summary }: { name: string; summary: string }): Choice => ({
    name,
    summary,
    options: options ?? NO_OPTIONS,
  });
  const workloads = await catalog.all('workload');
  return {
    system: (await catalog.all('system')).map((system) => choice(systemOptions(system), system)),
    deployment: (await catalog.all('deployment')).map((deployment) => choice(deployment.options, deployment)),
    workload: workloads.flatMap((workload) => [
      choice(workload.options, workload),
      ...Object.keys(workload.aliases ?? {}).map((name) =>
        choice(workload.options, { name, summary: `${workload.name}: ${workload.summary}` }),
      ),
    ]),
    nemesis: (await catalog.all('nemesis')).map((nemesis) => choice(nemesis.options, nemesis)),
    checker: (await catalog.all('checker')).map((checker) => choice(checker.options, checker)),
  };
}

function useSchema(choices: readonly Choice[]): Schema {
  return { anyOf: [...choices.map(({ name, summary }) => ({ const: name, description: summary })), PATH, VARIABLE] };
}

function nameOrBlock(choices: readonly Choice[], block: Schema): Schema {
  return { anyOf: [...(useSchema(choices)['anyOf'] as Schema[]), block] };
}

/** A block with `use` and `with`: what `with` may hold follows from `use`. */
function usingBlock(table: Block, choices: readonly Choice[]): Schema {
  const block = plainBlock(table);
  const properties = {
    ...(block['properties'] as Record<string, Schema>),
    use: described(table.keys['use'], useSchema(choices)),
  };
  const rules = choices.map(({ name, options }) => whenUse(name, { properties: { with: optionsObject(options) } }));
  // In a plan that extends another, `use` may be in the other one.
  return {
    ...block,
    properties: { ...properties, with: { type: 'object', description: table.keys['with']?.description } },
    required: [],
    allOf: rules,
  };
}

/** Options of a deployment stand beside `use`. */
function deployBlock(choices: readonly Choice[]): Schema {
  const use = described(DEPLOY.keys['use'], useSchema(choices));
  const rules = choices.map(({ name, options }) =>
    whenUse(name, { properties: { use: true, ...propertiesOf(options) }, additionalProperties: false }),
  );
  return { type: 'object', description: DEPLOY.summary, properties: { use }, required: ['use'], allOf: rules };
}

function whenUse(name: string, then: Schema): Schema {
  return { if: { properties: { use: { const: name } }, required: ['use'] }, then };
}

function injection(choices: readonly Choice[]): Schema {
  const block = plainBlock(INJECTION);
  const properties = {
    ...(block['properties'] as Record<string, Schema>),
    fault: described(INJECTION.keys['fault'], useSchema(choices)),
  };
  return { ...block, properties, additionalProperties: true };
}

/** A name, a map of one name to options, or `use` and `with`. */
function checkItem(choices: readonly Choice[]): Schema {
  const named = choices.map(({ name, summary, options }) => [
    name,
    { description: summary, ...optionsObject(options) },
  ]);
  const single: Schema = {
    type: 'object',
    properties: Object.fromEntries(named),
    patternProperties: { '^\\.{0,2}[/\\\\]|\\.[cm]?[jt]sx?$': { type: ['object', 'null'] } },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  };
  const rules = choices.map(({ name, options }) => whenUse(name, { properties: { with: optionsObject(options) } }));
  const using: Schema = {
    type: 'object',
    properties: { use: useSchema(choices), with: { type: 'object' } },
    required: ['use'],
    additionalProperties: false,
    allOf: rules,
  };
  return { anyOf: [...(useSchema(choices)['anyOf'] as Schema[]), single, using] };
}

function described(key: OptionSchema | undefined, schema: Schema): Schema {
  return key?.description === undefined ? schema : { description: key.description, ...schema };
}

function plainBlock(table: Block): Schema {
  return { ...editorSchema(blockSchema(table)), description: table.summary };
}

function optionsObject(options: Options): Schema {
  return { type: 'object', properties: propertiesOf(options), additionalProperties: false };
}

function propertiesOf(options: Options): Record<string, Schema> {
  return Object.fromEntries(Object.entries(options).map(([name, schema]) => [name, editorSchema(schema)]));
}

/** As an editor wants it: our own keywords told in words, and a variable allowed wherever a single value is. */
export function editorSchema(schema: OptionSchema): Schema {
  const {
    description,
    default: fallback,
    'x-unit': unit,
    'x-expected': expected,
    'x-required': required,
    'x-secret': _secret,
    items,
    properties,
    additionalProperties,
    anyOf,
    ...rest
  } = schema;
  const core: Schema = { ...rest };
  if (items !== undefined) core['items'] = editorSchema(items);
  if (properties !== undefined) core['properties'] = propertiesOf(properties);
  if (additionalProperties !== undefined) {
    core['additionalProperties'] =
      typeof additionalProperties === 'object' ? editorSchema(additionalProperties) : additionalProperties;
  }
  if (anyOf !== undefined) core['anyOf'] = anyOf.map(editorSchema);
  const told = [description, unit === undefined ? undefined : `(${expected ?? unit})`, required && 'Required.']
    .filter((part) => part !== undefined)
    .join(' ');
  const notes: Schema = {
    ...(told === '' ? {} : { description: told }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  if (!isSingle(schema)) return { ...core, ...notes };
  return { ...notes, anyOf: [core, VARIABLE] };
}

/** Text, numbers and truth values, but not lists and maps; an open value takes a variable anyway. */
function isSingle({ type, enum: values, anyOf, pattern }: OptionSchema): boolean {
  if (anyOf !== undefined) return false;
  if (type === undefined) return values !== undefined;
  const types = typeof type === 'string' ? [type] : type;
  const plainText = type === 'string' && values === undefined && pattern === undefined;
  return !plainText && types.every((name) => name !== 'array' && name !== 'object');
}
