// Programs for other hosts: one file that runs by itself, wherever it is put.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundleProgram, ownModule } from './program-bundle.js';

const folder = mkdtempSync(join(tmpdir(), 'chaos-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Runs a bundle in a folder where nothing else is. */
function run(code: string) {
  const elsewhere = mkdtempSync(join(tmpdir(), 'chaos-elsewhere-'));
  try {
    writeFileSync(join(elsewhere, 'program.mjs'), code);
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: elsewhere, encoding: 'utf8' });
    return { out: stdout, err: stderr, elsewhere };
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}

it('a system of this package runs without the package', async () => {
  const code = await bundleProgram(
    `import raft from ${JSON.stringify(ownModule('systems/raft/index'))};
console.log(raft.name, typeof raft.nodes);`,
    folder,
  );
  expect(run(code)).toMatchObject({ out: 'raft function\n', err: '' });
  expect(code).not.toContain('sourceMappingURL');
});

it("a user's TypeScript brings its own files, packages of both kinds, and what it uses of chaosplan", async () => {
  write('node_modules/old/package.json', '{"name":"old","main":"main.js"}');
  write('node_modules/old/main.js', "const { sep } = require('path'); module.exports = { sep };");
  write('node_modules/new/package.json', '{"name":"new","type":"module","exports":"./main.js"}');
  write('node_modules/new/main.js', 'export const answer = 42;');
  write('helper.ts', 'export const url: string = import.meta.url; export enum Kind { A }');
  const system = write(
    'system.ts',
    `import { createRequire } from 'node:module';
import { defineSystem, RPC } from 'chaosplan';
import { sep } from 'old';
import { answer } from 'new';
import { Kind, url } from './helper.js';
const require = createRequire(import.meta.url);
console.log(sep, answer, Kind.A, RPC.abort, url.endsWith('/program.mjs'), typeof require('node:fs').statSync);
export default defineSystem({ name: 'mine', summary: 'x', workloads: [], nodes: () => { throw new Error(); } });`,
  );
  const contents = `import system from ${JSON.stringify(system)}; console.log(system.name);`;
  const code = await bundleProgram(contents, folder);
  expect(run(code)).toMatchObject({ out: '/ 42 0 14 true function\nmine\n', err: '' });
  expect(await bundleProgram(contents, folder)).toBe(code);
  // Not the whole framework.
  expect(code.length).toBeLessThan(5_000);
});

it('a mistake is told at its place', async () => {
  write('wrong.ts', 'export default 3;\nconst = 4;\n');
  await expect(bundleProgram("import './wrong.ts';", folder)).rejects.toMatchObject({
    code: 'module-invalid',
    message: expect.stringContaining(`${join(folder, 'wrong.ts')}:2:7 `),
  });
  await expect(bundleProgram("import 'no-such-package';", folder)).rejects.toThrow('no-such-package');
  expect(() => ownModule('framework/none')).toThrow('framework/none is missing');
});
