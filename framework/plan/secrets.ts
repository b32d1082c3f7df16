// What a plan says and nobody may read in its results: where the keys of hosts are.
import type { OptionSchema, Options } from '../contracts/options.js';

/** Stands for what is not shown. */
const HIDDEN = '***';

/** A variable of the environment in the place of a secret; written into a plan, whoever runs that is asked for it. */
export class Asked {
  readonly variable: string;

  constructor(option: string) {
    this.variable = `CHAOS_${option.toUpperCase().replaceAll('-', '_')}`;
  }
}

/** Names of options, at any depth, that hold secrets. */
function secretNames(options: Options, found = new Set<string>()): Set<string> {
  for (const [name, schema] of Object.entries(options)) {
    if (schema['x-secret'] === true) found.add(name);
    for (const inner of inside(schema)) secretNames(inner.properties ?? {}, found);
  }
  return found;
}

/** A schema and all that it allows in its place or in its items. */
function inside(schema: OptionSchema): OptionSchema[] {
  const deeper = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
  return [schema, ...deeper.flatMap(inside)];
}

/** The words of a plan with a variable in the place of each secret, so that who repeats it is asked for them. */
export function withoutSecrets<T>(options: Options, words: T): T {
  const names = secretNames(options);
  if (names.size === 0) return words;
  return masked(words, (name) => names.has(name)) as T;
}

function masked(value: unknown, isSecret: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, isSecret));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isSecret(name) && typeof inner === 'string' ? new Asked(name) : masked(inner, isSecret),
  ]);
  return Object.fromEntries(entries);
}

/** The secrets themselves, as written and as resolved; longest first, so that none is shown in part. */
export function secretsIn(options: Options, ...values: readonly unknown[]): string[] {
  const names = secretNames(options);
  const found = new Set<string>();
  const visit = (value: unknown, isSecret: boolean): void => {
    if (typeof value === 'string' && isSecret && value !== '') found.add(value);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) visit(inner, names.has(name));
  };
  if (names.size > 0) for (const value of values) visit(value, false);
  return [...found].sort((a, b) => b.length - a.length);
}

/** A text in which no secret can be read. */
export function hidden(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}
