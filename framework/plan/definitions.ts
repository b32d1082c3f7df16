// From the name or path in a plan to the definition that it means, or to a problem with the nearest name.

import { resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { type DefinitionOf, isPath, ROOMS } from '../catalog/kinds.js';
import type { Kind } from '../contracts/define.js';
import type { DefinitionSource } from '../contracts/deployment.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { OptionValues } from '../contracts/options.js';
import { listNames } from './block.js';
import { clip, type Problems } from './diagnostics.js';
import { nearest } from './nearest.js';
import { isText, type Tree } from './tree.js';

export interface Found<K extends Kind> {
  definition: DefinitionOf[K];
  source: DefinitionSource;
  /** What the plan's document says: a name, or an absolute path, so that the document works from anywhere. */
  use: string;
  /** Options that an alias of a workload presets. */
  preset: OptionValues;
}

export interface Scope {
  catalog: Catalog;
  problems: Problems;
}

/** The definition that `use` names; undefined (and a problem) when there is none. Text is checked before. */
export async function findDefinition<K extends Kind>(
  kind: K,
  use: Tree | undefined,
  scope: Scope,
): Promise<Found<K> | undefined> {
  if (!isText(use)) return undefined;
  try {
    const found = isPath(use.value)
      ? await byPath(kind, use.value, use.span.source.folder, scope.catalog)
      : await byName(kind, use.value, scope.catalog);
    if (found !== undefined) return found;
  } catch (error) {
    const hint = error instanceof ChaosError ? error.hint : undefined;
    scope.problems.add(use.span, messageOf(error), { hint });
    return undefined;
  }
  const names = await knownNames(kind, scope.catalog);
  const suggestion = nearest(use.value, names);
  const hint = suggestion === undefined ? listNames(ROOMS[kind].plural, names) : undefined;
  scope.problems.add(use.span, `there is no ${kind} "${clip(use.value)}"`, { suggestion, hint });
  return undefined;
}

async function byPath<K extends Kind>(kind: K, path: string, folder: string, catalog: Catalog): Promise<Found<K>> {
  const definition = await catalog.loadPath(kind, path, folder);
  const use = resolve(folder, path);
  return { definition, source: { kind: 'path', path: use }, use, preset: {} };
}

async function byName<K extends Kind>(kind: K, name: string, catalog: Catalog): Promise<Found<K> | undefined> {
  const source: DefinitionSource = { kind: 'builtin', name };
  if (kind === 'workload') {
    const resolved = await catalog.resolveWorkload(name);
    return (
      resolved && { definition: resolved.definition as DefinitionOf[K], source, use: name, preset: resolved.preset }
    );
  }
  const definition = await catalog.load(kind, name);
  return definition && { definition, source, use: name, preset: {} };
}

/** Names that a plan may use, the aliases of workloads included. */
async function knownNames(kind: Kind, catalog: Catalog): Promise<string[]> {
  const names = await catalog.names(kind);
  if (kind !== 'workload') return names;
  const workloads = await catalog.all('workload');
  return [...names, ...workloads.flatMap(({ aliases }) => Object.keys(aliases ?? {}))];
}
