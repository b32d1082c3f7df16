// Builds dist/ with tsc, bundles the viewer of reports, and writes schema/plan.schema.json from the definitions that validate plans.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (path) => `${root}${path}`;

function run(script, args) {
  const result = spawnSync(process.execPath, [inRoot(script), ...args], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    process.exit(result.status ?? 1);
  }
  return result.stdout;
}

rmSync(inRoot('dist'), { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
run('scripts/viewer.js', []);
const main = inRoot('dist/framework/cli/main.js');
if (existsSync(main)) {
  chmodSync(main, 0o755);
  mkdirSync(inRoot('schema'), { recursive: true });
  writeFileSync(inRoot('schema/plan.schema.json'), run('dist/framework/cli/main.js', ['schema']));
}
