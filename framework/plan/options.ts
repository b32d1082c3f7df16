// Options given outside a plan (on a command line, from code): held against the same schema, in the same words.
import type { Options, OptionValues } from '../contracts/options.js';
import { check } from './check.js';
import { Problems } from './diagnostics.js';
import { readYaml } from './read-yaml.js';
import { Source } from './tree.js';
import { convertUnits, fillDefaults, optionsSchema } from './values.js';

/**
 * `given` with defaults filled in and units turned into numbers. `what` names whose options they are (`checker stats`). Throws
 * PlanErrors for unknown names and values that do not fit.
 */
export function resolveOptions(options: Options, given: OptionValues, what: string): OptionValues {
  const schema = optionsSchema(options);
  const problems = new Problems();
  // JSON is YAML: errors then point into the options as given.
  const source = new Source(what, JSON.stringify(given), '.');
  const tree = readYaml(source, problems);
  if (tree !== undefined) check(schema, tree, { title: what, option: true }, problems);
  problems.throwIfAny(what);
  return convertUnits(schema, fillDefaults(schema, given)) as OptionValues;
}
