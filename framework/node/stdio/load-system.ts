// Loads the one system that a node's process runs, and nothing else: a node must start fast.
import { pathToFileURL } from 'node:url';
import { KIND } from '../../contracts/define.js';
import type { DefinitionSource } from '../../contracts/deployment.js';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { AnySystem } from '../../contracts/system.js';
import { entryPoint } from '../entry.js';

/** A path must name JavaScript: whoever starts nodes has bundled TypeScript before. */
export async function loadSystem(source: DefinitionSource): Promise<AnySystem> {
  const name = source.kind === 'builtin' ? source.name : source.path;
  const path = source.kind === 'builtin' ? entryPoint(`systems/${name}/index`) : name;
  let definition: unknown;
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    definition = module.default;
  } catch (error) {
    throw new ChaosError('system-not-loaded', `cannot load the system ${name}: ${messageOf(error)}`, { cause: error });
  }
  if (!isSystem(definition)) throw new ChaosError('not-a-system', `${name} does not default-export a system`);
  if (definition.nodes === undefined) throw new ChaosError('no-nodes', `the system ${name} has no nodes to run`);
  return definition;
}

function isSystem(value: unknown): value is AnySystem {
  return typeof value === 'object' && value !== null && (value as { [KIND]?: unknown })[KIND] === 'system';
}
