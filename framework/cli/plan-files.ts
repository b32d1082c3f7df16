// The plan files that arguments name: files as they are, folders with every plan below them.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../contracts/error.js';

/**
 * Files in the order given; folders in order of path. In folders, files whose name begins with `_` are left out: they are
 * there to be extended. So are hidden ones, packages and results.
 */
export function planFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      throw new ChaosError('plan-not-found', `there is no plan at ${path}`, {
        kind: 'usage',
        hint: 'name a YAML file or a folder of them',
      });
    }
    if (!stat.isDirectory()) return [path];
    const found = below(path);
    if (found.length === 0) {
      throw new ChaosError('plan-not-found', `there is no plan (*.yaml) in ${path}`, { kind: 'usage' });
    }
    return found;
  });
}

/** Folders that hold no plans of the user's. */
const NO_PLANS = /^(\..*|node_modules|results)$/;

function below(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NO_PLANS.test(entry.name) ? [] : below(path);
    return /^[^_.].*\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}
