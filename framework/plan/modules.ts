// Modules that options name by path: loaded while the plan is read, since who uses them is synchronous and knows no catalog.
import type { Catalog } from '../catalog/catalog.js';
import type { AnyChecker } from '../contracts/checker.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { OptionSchema, Options, OptionValues } from '../contracts/options.js';
import { validator } from './validator.js';

export type Modules = ReadonlyMap<string, unknown>;

export const NO_MODULES: Modules = new Map();

/** What is wrong with an option's module, or with options as a whole (`option` is null then). */
export interface OptionProblem {
  option: string | null;
  message: string;
  hint?: string | undefined;
}

/** The options that name a module, with its absolute path. Values are valid. */
function modulePaths(options: Options, values: OptionValues): [option: string, path: string][] {
  return Object.entries(options).flatMap(([name, schema]): [string, string][] => {
    const value = values[name];
    return typeof value === 'string' && meansModule(schema, value) ? [[name, value]] : [];
  });
}

function meansModule(schema: OptionSchema, value: string): boolean {
  const chosen = schema.anyOf?.find((branch) => validator(branch)(value)) ?? schema;
  return chosen['x-unit'] === 'module';
}

/** Loads what the options of a checker name, and asks it whether they make sense to it. */
export async function loadModules(
  { options = {}, validate }: AnyChecker,
  values: OptionValues,
  catalog: Catalog,
): Promise<{ modules: Modules; problems: OptionProblem[] }> {
  const modules = new Map<string, unknown>();
  const problems: OptionProblem[] = [];
  const paths = modulePaths(options, values);
  for (const [option, path] of paths) {
    try {
      modules.set(path, await catalog.loadModule(path, '/'));
    } catch (error) {
      problems.push({ option, message: messageOf(error), hint: error instanceof ChaosError ? error.hint : undefined });
    }
  }
  if (problems.length > 0 || validate === undefined) return { modules, problems };
  const option = paths[0]?.[0] ?? null;
  try {
    for (const message of validate(values, moduleOf(modules))) problems.push({ option, message });
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    problems.push({ option, message: error.message, hint: error.hint });
  }
  return { modules, problems };
}

/** `CheckContext.module` for modules that are loaded. */
export function moduleOf(modules: Modules): (path: string) => unknown {
  return (path) => {
    if (modules.has(path)) return modules.get(path);
    throw new ChaosError('module-not-loaded', `the module ${path} was not loaded`, { kind: 'internal' });
  };
}
