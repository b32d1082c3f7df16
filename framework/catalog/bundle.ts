// Turns a user's module into something Node can import, so that nobody needs a build step for an adapter.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, Loader, Message, OnLoadResult, OnResolveResult, Plugin } from 'esbuild';
import { ChaosError, messageOf } from '../contracts/error.js';

const PACKAGE = 'chaosplan';
const META = { url: '__chaos_url', dirname: '__chaos_dirname', filename: '__chaos_filename' } as const;
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.js': 'js', '.mjs': 'js' };

/**
 * Imports a TypeScript or JavaScript module and returns its default export. Its own files are bundled; packages are loaded
 * from where the module would find them; `chaosplan` is this package. Throws `ChaosError` with the place of the mistake.
 */
export async function importModule(path: string): Promise<unknown> {
  const code = await bundle(path);
  const folder = await mkdtemp(join(tmpdir(), 'chaos-module-'));
  try {
    const file = join(folder, 'module.mjs');
    await writeFile(file, code);
    // Stacks then name the user's own lines instead of a temporary file.
    process.setSourceMapsEnabled(true);
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return (module as { default?: unknown }).default;
  } catch (error) {
    throw new ChaosError('module-failed', `${path} failed while it was loaded: ${messageOf(error)}`, {
      hint: 'Code at the top level of the module threw this; a definition should only describe itself there.',
      kind: 'usage',
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The module and its own files as one JavaScript module that may be written and imported anywhere. */
export async function bundle(path: string): Promise<string> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      entryPoints: [path],
      absWorkingDir: dirname(path),
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourceRoot: `${pathToFileURL(dirname(path)).href}/`,
      logLevel: 'silent',
      define: Object.fromEntries(Object.entries(META).map(([key, name]) => [`import.meta.${key}`, name])),
      plugins: [ownPackage('address'), packages, moduleUrl],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw compileError(path, error);
  }
}

/** Why esbuild refused a module (or what was to be one, in the folder of `path`), with the place of the first mistake. */
export function compileError(path: string, error: unknown): ChaosError {
  const messages = (error as Partial<BuildFailure>).errors ?? [];
  const first = messages[0];
  if (first === undefined) return new ChaosError('module-invalid', `${path} cannot be compiled: ${messageOf(error)}`);
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : '';
  const location = locationOf(path, first);
  const place = location === undefined ? path : `${location.file}:${location.line}:${location.column}`;
  return new ChaosError('module-invalid', `${place} ${first.text}${more}`, {
    kind: 'usage',
    ...(location === undefined ? {} : { location }),
  });
}

function locationOf(path: string, { location }: Message) {
  if (location === null) return undefined;
  return { file: join(dirname(path), location.file), line: location.line, column: location.column + 1 };
}

/** Makes `chaosplan` the copy that runs: all of it that is used goes into the bundle, or its address does. */
export function ownPackage(place: 'inside' | 'address'): Plugin {
  return {
    name: 'own-package',
    setup(build) {
      const face = ['index.js', 'index.ts']
        .map((name) => fileURLToPath(new URL(`../${name}`, import.meta.url)))
        .find((file) => existsSync(file));
      build.onResolve({ filter: new RegExp(`^${PACKAGE}$`) }, (): OnResolveResult => {
        if (face === undefined)
          return { errors: [{ text: `the package ${PACKAGE} is incomplete: framework/index is missing` }] };
        // Node itself cannot load the sources: they are always bundled in.
        return face.endsWith('.js') && place === 'address'
          ? { path: pathToFileURL(face).href, external: true }
          : { path: face, sideEffects: false };
      });
    },
  };
}

/** A bundle in the temporary folder would find no packages: they are resolved from the module's folder, by address. */
const packages: Plugin = {
  name: 'packages',
  setup(build) {
    build.onResolve({ filter: /^[^./\\]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === packages || kind === 'entry-point' || /^[A-Za-z]:[\\/]/.test(path)) return undefined;
      const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: packages });
      if (found.errors.length > 0 || found.external) return found;
      const ready = found.path.includes('node_modules') && !/\.[cm]?tsx?$/.test(found.path);
      return ready ? { path: pathToFileURL(found.path).href, external: true } : found;
    });
  },
};

/** Bundling moves code: `import.meta.url` and its like keep naming the file that they were written in. */
const moduleUrl: Plugin = {
  name: 'module-url',
  setup(build) {
    build.onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }): Promise<OnLoadResult | undefined> => {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text?.includes('import.meta') !== true) return undefined;
      const values = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      const names = Object.entries(META).map(
        ([key, name]) => `${name}=${JSON.stringify(values[key as keyof typeof META])}`,
      );
      return { contents: `const ${names.join(',')};${text}`, loader: LOADERS[extname(path)] ?? 'js' };
    });
  },
};
