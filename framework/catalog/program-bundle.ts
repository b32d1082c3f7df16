// Makes one self-contained file of a program that runs on another host, where neither this package nor its packages are.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OnResolveResult, Plugin } from 'esbuild';
import { ChaosError } from '../contracts/error.js';
import { compileError, ownPackage } from './bundle.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** CommonJS packages call `require` for what Node brings along; a module has none. */
const BANNER = [
  "import { createRequire as __chaosRequire } from 'node:module';",
  'globalThis.require ??= __chaosRequire(import.meta.url);',
].join('\n');

/**
 * The code of an ECMAScript module for Node 20 that needs no other file. `contents` is the text of a module (JavaScript) whose
 * imports are looked for from the folder `resolveDir`; packages, TypeScript and `chaosplan` itself are inlined. Equal sources give
 * equal bytes. `import.meta.url` names the bundle wherever it stands, as the sources are not there. Throws
 * ChaosError('module-invalid') with the place of the mistake.
 */
export async function bundleProgram(contents: string, resolveDir: string): Promise<string> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      stdin: { contents, resolveDir, sourcefile: 'program.js', loader: 'js' },
      absWorkingDir: resolveDir,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Names of functions and classes stay: they stand in the stacks that nodes log.
      minify: false,
      keepNames: false,
      sourcemap: false,
      logLevel: 'silent',
      banner: { js: BANNER },
      plugins: [ownPackage('inside'), onlyUsed],
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw compileError(join(resolveDir, 'program.js'), error);
  }
}

/**
 * The absolute path of a module of this package, for the imports of a program: TypeScript where the package runs from its sources,
 * JavaScript from dist. `name` counts from the package's root and has no extension: `framework/node/tcp/main`.
 */
export function ownModule(name: string): string {
  const path = ['.js', '.ts'].map((extension) => join(ROOT, `${name}${extension}`)).find((file) => existsSync(file));
  if (path !== undefined) return path;
  throw new ChaosError('package-incomplete', `${join(ROOT, name)} is missing from this package`, { kind: 'internal' });
}

/** The package's face names everything; of what the program does not use, nothing shall come along. */
const onlyUsed: Plugin = {
  name: 'only-used',
  setup(build) {
    const rooms = ['framework', 'checkers'].map((room) => join(ROOT, room, '/'));
    build.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, importer }): OnResolveResult | undefined => {
      if (!rooms.some((room) => importer.startsWith(room))) return undefined;
      const file = resolve(dirname(importer), path);
      return { path: importer.endsWith('.ts') ? file.replace(/js$/, 'ts') : file, sideEffects: false };
    });
  },
};
