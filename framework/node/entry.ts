// Where the code of child processes lives: plain Node cannot run TypeScript, so tests that run from source use the build.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChaosError } from '../contracts/error.js';

/**
 * The absolute path of a compiled file of this package, named from the package's root without extension:
 * `framework/node/stdio/main`. Throws ChaosError('not-built') when it does not exist.
 */
export function entryPoint(name: string): string {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/' : '../../';
  const path = fileURLToPath(new URL(`${built}${name}.js`, import.meta.url));
  if (!existsSync(path)) {
    throw new ChaosError('not-built', `${path} is missing`, { hint: 'run: npm run build', kind: 'internal' });
  }
  return path;
}
