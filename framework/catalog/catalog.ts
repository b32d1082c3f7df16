// Finds systems, workloads, nemeses, checkers and deployments by folder or by path, and loads only what is asked for.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Kind } from '../contracts/define.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { OptionValues } from '../contracts/options.js';
import type { AnyWorkload } from '../contracts/workload.js';
import { importModule } from './bundle.js';
import { article, type DefinitionOf, isKind, kindOf, ROOMS } from './kinds.js';

/** A workload as a plan may name it: by its own name, or by an alias with preset options. */
export interface ResolvedWorkload {
  definition: AnyWorkload;
  /** Options that the alias sets; empty for the workload's own name. */
  preset: OptionValues;
}

type Loaded = { definition: unknown } | { error: ChaosError };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXTENSIONS = ['.ts', '.js'];
const MODULE_EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

export class Catalog {
  readonly #root: string;
  readonly #files = new Map<Kind, Map<string, string>>();
  readonly #loaded = new Map<string, Promise<Loaded>>();
  readonly #paths = new Map<string, Promise<unknown>>();

  /** `root`: the folder that holds `systems/`, `workloads/` and so on; this package's own by default. */
  constructor(root: string = ROOT) {
    this.#root = root;
  }

  /** Names of all definitions of a kind, in code unit order. Files that cannot be loaded are left out; see `problems`. */
  async names(kind: Kind): Promise<string[]> {
    const names: string[] = [];
    for (const name of this.#candidates(kind).keys()) {
      if (isKind(kind, await this.#quietly(kind, name))) names.push(name);
    }
    return names;
  }

  /** The definition of that name; undefined when there is none. Throws `ChaosError` when its file cannot be loaded. */
  async load<K extends Kind>(kind: K, name: string): Promise<DefinitionOf[K] | undefined> {
    const own = await this.#builtin(kind, name);
    if (own !== undefined || kind !== 'workload') return own;
    return (await this.#byAlias(name))?.definition as DefinitionOf[K] | undefined;
  }

  /** Every definition of a kind, in the order of `names`. */
  async all<K extends Kind>(kind: K): Promise<DefinitionOf[K][]> {
    const found: DefinitionOf[K][] = [];
    for (const name of this.#candidates(kind).keys()) {
      const value = await this.#quietly(kind, name);
      if (isKind(kind, value)) found.push(value);
    }
    return found;
  }

  /** What keeps files of a kind from being loaded. */
  async problems(kind: Kind): Promise<ChaosError[]> {
    const errors: ChaosError[] = [];
    for (const name of this.#candidates(kind).keys()) {
      const loaded = await this.#import(kind, name);
      if ('error' in loaded) errors.push(loaded.error);
    }
    return errors;
  }

  /** A workload by its own name or by an alias; imports the others only when no file has the name. */
  async resolveWorkload(name: string): Promise<ResolvedWorkload | undefined> {
    const own = await this.#builtin('workload', name);
    return own === undefined ? this.#byAlias(name) : { definition: own, preset: {} };
  }

  /** A user's definition from a file or folder; `path` is relative to `baseFolder`. Throws `ChaosError`. */
  async loadPath<K extends Kind>(kind: K, path: string, baseFolder: string): Promise<DefinitionOf[K]> {
    const value = await this.loadModule(path, baseFolder, kind);
    if (isKind(kind, value)) return value;
    throw wrongExport(kind, path, value);
  }

  /** The default export of a user's file or folder, whatever it is; `path` is relative to `baseFolder`. Throws `ChaosError`. */
  async loadModule(path: string, baseFolder: string, kind?: Kind): Promise<unknown> {
    const file = moduleFile(kind, path, baseFolder);
    let loading = this.#paths.get(file);
    if (loading === undefined) {
      loading = importModule(file);
      this.#paths.set(file, loading);
    }
    return loading;
  }

  /** The file that `load` would import; undefined when there is none. */
  fileOf(kind: Kind, name: string): string | undefined {
    return this.#candidates(kind).get(name);
  }

  async #builtin<K extends Kind>(kind: K, name: string): Promise<DefinitionOf[K] | undefined> {
    if (!this.#candidates(kind).has(name)) return undefined;
    const loaded = await this.#import(kind, name);
    if ('error' in loaded) throw loaded.error;
    return isKind(kind, loaded.definition) ? loaded.definition : undefined;
  }

  async #byAlias(name: string): Promise<ResolvedWorkload | undefined> {
    for (const definition of await this.all('workload')) {
      const aliases = definition.aliases ?? {};
      if (Object.hasOwn(aliases, name)) return { definition, preset: aliases[name] ?? {} };
    }
    return undefined;
  }

  async #quietly(kind: Kind, name: string): Promise<unknown> {
    const loaded = await this.#import(kind, name);
    return 'error' in loaded ? undefined : loaded.definition;
  }

  #import(kind: Kind, name: string): Promise<Loaded> {
    const file = this.#candidates(kind).get(name) ?? '';
    let loading = this.#loaded.get(file);
    if (loading === undefined) {
      loading = importBuiltin(kind, name, file, relative(this.#root, file));
      this.#loaded.set(file, loading);
    }
    return loading;
  }

  #candidates(kind: Kind): Map<string, string> {
    let files = this.#files.get(kind);
    if (files === undefined) {
      files = listCandidates(this.#root, kind);
      this.#files.set(kind, files);
    }
    return files;
  }
}

let shared: Catalog | undefined;

/** The catalog of this package. */
export function defaultCatalog(): Catalog {
  shared ??= new Catalog();
  return shared;
}

async function importBuiltin(kind: Kind, name: string, file: string, shown: string): Promise<Loaded> {
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown };
    const definition = module.default;
    if (isKind(kind, definition) && definition.name !== name) {
      const message = `${shown} defines ${kind} "${definition.name}": a definition has the name of its file or folder, "${name}"`;
      return { error: new ChaosError('definition-misnamed', message, { kind: 'internal' }) };
    }
    return { definition };
  } catch (error) {
    const message = `${kind} ${name} cannot be loaded (${shown}): ${messageOf(error)}`;
    return { error: new ChaosError('definition-broken', message, { kind: 'internal', cause: error }) };
  }
}

/** Files that may hold a definition, by name, in code unit order. */
function listCandidates(root: string, kind: Kind): Map<string, string> {
  const room = ROOMS[kind];
  const folder = join(root, room.folder);
  const found: [string, string][] = [];
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    if (entry.isDirectory()) {
      const index = room.folders ? indexFile(join(folder, entry.name), EXTENSIONS) : undefined;
      if (index !== undefined) found.push([entry.name, index]);
    } else if (room.files && isModule(entry.name)) {
      found.push([entry.name.slice(0, -extname(entry.name).length), join(folder, entry.name)]);
    }
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function isModule(name: string): boolean {
  return EXTENSIONS.includes(extname(name)) && !/\.(test|d)\.[jt]s$/.test(name);
}

function indexFile(folder: string, extensions: readonly string[]): string | undefined {
  return extensions.map((extension) => join(folder, `index${extension}`)).find((file) => existsSync(file));
}

/** The file that `use: ./path` means. */
function moduleFile(kind: Kind | undefined, path: string, baseFolder: string): string {
  const file = resolve(baseFolder, path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) {
    const guess = MODULE_EXTENSIONS.map((extension) => file + extension).find((candidate) => existsSync(candidate));
    const hint = guess === undefined ? `It was looked for at ${file}.` : `There is ${path}${extname(guess)}.`;
    throw new ChaosError('module-not-found', `there is no file ${path}`, { hint, kind: 'usage' });
  }
  if (stats.isDirectory()) {
    const index = indexFile(file, MODULE_EXTENSIONS);
    if (index !== undefined) return index;
    throw new ChaosError('module-not-found', `the folder ${path} has no index.ts or index.js`, { kind: 'usage' });
  }
  if (MODULE_EXTENSIONS.includes(extname(file))) return file;
  throw new ChaosError('module-not-code', `${path} is no TypeScript or JavaScript module`, {
    kind: 'usage',
    ...(kind === 'system' ? { hint: `To run a program as a node: use: maelstrom, with: { bin: ${path} }.` } : {}),
  });
}

function wrongExport(kind: Kind, path: string, value: unknown): ChaosError {
  const define = `define${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const other = kindOf(value);
  if (other !== undefined) {
    return new ChaosError('module-wrong-kind', `${path} defines ${article(other)}, not ${article(kind)}`, {
      kind: 'usage',
    });
  }
  const message =
    value === undefined ? `${path} has no default export` : `the default export of ${path} was not made by ${define}`;
  return new ChaosError('module-no-definition', message, {
    kind: 'usage',
    hint: `End it with: export default ${define}({ … }).`,
  });
}
