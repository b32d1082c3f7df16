// Options as data: one JSON schema that validates plans, documents itself, supplies defaults and says which strings are units.

/** A JSON schema (draft-07 subset) with additions: `x-unit` says what text such as `10s` or `./node.py` is turned into. */
export interface OptionSchema {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null' | readonly string[];
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  items?: OptionSchema;
  minItems?: number;
  properties?: Record<string, OptionSchema>;
  required?: readonly string[];
  additionalProperties?: boolean | OptionSchema;
  pattern?: string;
  anyOf?: readonly OptionSchema[];
  /**
   * duration: milliseconds. rate: per second. percent: fraction 0..1. path: an absolute path; what is written is relative to
   * the folder of the plan. program: the same, but a name without a slash stays as it is, to be looked up on the PATH. size:
   * bytes. module: the absolute path of a module, which is loaded before it is needed (`CheckContext.module`).
   */
  'x-unit'?: 'duration' | 'rate' | 'percent' | 'path' | 'program' | 'size' | 'module';
  /** What `anyOf`/patterns mean to a person: "a duration such as 10s". */
  'x-expected'?: string;
  /** Of a deployment's option: its value appears in no result, log or report. */
  'x-secret'?: true;
  /** Of an option of a definition: a plan must give it. */
  'x-required'?: true;
}

/** The options of a definition: a schema for each, by name. */
export type Options = Readonly<Record<string, OptionSchema>>;

/** Resolved options: defaults filled in, units turned into numbers. */
export type OptionValues = Record<string, unknown>;

type Extra = Omit<OptionSchema, 'type' | 'description' | 'default' | 'x-unit'>;

function schema(base: OptionSchema, description: string, fallback: unknown, extra: Extra = {}): OptionSchema {
  return { ...base, description, ...(fallback === undefined ? {} : { default: fallback }), ...extra };
}

export const DURATION_PATTERN = '^\\d+(\\.\\d+)?(ns|us|ms|s|m|h)$';
export const RATE_PATTERN = '^\\d+(\\.\\d+)?/(s|m|h)$';
export const PERCENT_PATTERN = '^\\d+(\\.\\d+)?%$';
export const SIZE_PATTERN = '^\\d+(\\.\\d+)?([kKmMgG]i?)?[bB]$';
/** What tells a module from a name. */
export const MODULE_PATTERN = '^\\.{0,2}[/\\\\]|\\.[cm]?[jt]s$';
const NOT_EMPTY = '\\S';

/** Builders, so that definitions read as a list of options. Omit the fallback for an option without a default. */
export const option = {
  text: (description: string, fallback?: string, extra?: Extra) =>
    schema({ type: 'string' }, description, fallback, extra),
  integer: (description: string, fallback?: number, extra?: Extra) =>
    schema({ type: 'integer' }, description, fallback, extra),
  number: (description: string, fallback?: number, extra?: Extra) =>
    schema({ type: 'number' }, description, fallback, extra),
  flag: (description: string, fallback?: boolean) => schema({ type: 'boolean' }, description, fallback),
  choice: (description: string, values: readonly string[], fallback?: string) =>
    schema({ type: 'string' }, description, fallback, { enum: values }),
  /** `10s`, `500ms`; resolved to milliseconds. */
  duration: (description: string, fallback?: string) =>
    schema({ type: 'string', 'x-unit': 'duration' }, description, fallback, {
      pattern: DURATION_PATTERN,
      'x-expected': 'a duration such as 10s or 500ms',
    }),
  /** `200/s`; resolved to operations per second. */
  rate: (description: string, fallback?: string) =>
    schema({ type: 'string', 'x-unit': 'rate' }, description, fallback, {
      pattern: RATE_PATTERN,
      'x-expected': 'a rate such as 200/s',
    }),
  /** `30%`; resolved to a fraction. */
  percent: (description: string, fallback?: string) =>
    schema({ type: 'string', 'x-unit': 'percent' }, description, fallback, {
      pattern: PERCENT_PATTERN,
      'x-expected': 'a percentage such as 30%',
    }),
  /** `512MB`, `256MiB`; resolved to bytes. */
  size: (description: string, fallback?: string) =>
    schema({ type: 'string', 'x-unit': 'size' }, description, fallback, {
      pattern: SIZE_PATTERN,
      'x-expected': 'an amount of memory such as 512MB or 1GiB',
    }),
  /** One of these names, or the path of a module whose default export `define` (the name of a function) has made. */
  nameOrModule: (description: string, names: readonly string[], define: string, fallback?: string) =>
    schema(
      { anyOf: [{ enum: names }, { type: 'string', 'x-unit': 'module', pattern: MODULE_PATTERN }] },
      description,
      fallback,
      {
        'x-expected': `one of ${names.join(', ')}, or the path of a module whose default export was made by ${define}`,
      },
    ),
  /** A file or folder: relative to the plan that names it, `~/` being the home folder; resolved to an absolute path. */
  path: (description: string, fallback?: string, extra?: Extra) =>
    schema({ type: 'string', 'x-unit': 'path' }, description, fallback, {
      pattern: NOT_EMPTY,
      'x-expected': 'a path such as ./store.json',
      ...extra,
    }),
  /** A program: a path like that, or a name without a slash, which is looked up on the PATH. */
  program: (description: string, fallback?: string, extra?: Extra) =>
    schema({ type: 'string', 'x-unit': 'program' }, description, fallback, {
      pattern: NOT_EMPTY,
      'x-expected': 'a path such as ./node.py, or the name of a program such as python3',
      ...extra,
    }),
  list: (description: string, items: OptionSchema, fallback?: readonly unknown[], extra?: Extra) =>
    schema({ type: 'array', items }, description, fallback, extra),
  object: (description: string, properties: Options, fallback?: Record<string, unknown>, extra?: Extra) =>
    schema({ type: 'object', properties, additionalProperties: false }, description, fallback, extra),
  /** An object with any keys, every value of one shape. */
  map: (description: string, values: OptionSchema, fallback?: Record<string, unknown>) =>
    schema({ type: 'object', additionalProperties: values }, description, fallback),
  /** Any JSON value. */
  any: (description: string, fallback?: unknown) => schema({}, description, fallback),
  /** An option that every plan must give. */
  required: (option: OptionSchema): OptionSchema => ({ ...option, 'x-required': true }),
} as const;
