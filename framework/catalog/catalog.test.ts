// The catalog: what counts as a definition, what is loaded when, and modules of users.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KIND } from '../contracts/define.js';
import { ChaosError } from '../contracts/error.js';
import { Catalog, defaultCatalog } from './catalog.js';
import { isPath, kindOf } from './kinds.js';

const KINDS = ['system', 'workload', 'nemesis', 'checker', 'deployment'] as const;

let root = '';
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const definition = (kind: string, fields: string) =>
  `const kind = Symbol.for('chaosplan.kind');\nexport default { [kind]: '${kind}', ${fields} };\n`;
const failing = async (work: Promise<unknown>): Promise<ChaosError> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (error instanceof ChaosError) return error;
  throw new Error(`expected a ChaosError, got ${String(error)}`);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'chaos-catalog-test-'));
  write('package.json', '{ "type": "module" }');
  write('workloads/zeta.js', definition('workload', "name: 'zeta', aliases: { 'lin-kv': { keys: 3 } }"));
  write('workloads/Alpha.js', definition('workload', "name: 'Alpha'"));
  write(
    'workloads/beta.js',
    `globalThis.betaLoads = (globalThis.betaLoads ?? 0) + 1;\n${definition('workload', "name: 'beta'")}`,
  );
  write('workloads/broken.js', "throw new Error('out of order');\n");
  write('workloads/misnamed.js', definition('workload', "name: 'other'"));
  write('workloads/nemesis.js', definition('nemesis', "name: 'nemesis'"));
  write('workloads/plain.js', 'export default { name: "plain" };\n');
  write('workloads/helper.js', 'export const x = 1;\n');
  write('workloads/zeta.test.js', "throw new Error('never loaded');\n");
  write('workloads/zeta.d.ts', "throw new Error('never loaded');\n");
  write('workloads/notes.md', '# no module\n');
  write('workloads/folder/index.js', definition('workload', "name: 'folder'"));
  write('checkers/single.js', definition('checker', "name: 'single'"));
  write('checkers/double/index.js', definition('checker', "name: 'double'"));
  write('checkers/double/engine.js', 'export const engine = 1;\n');
  write('systems/one/index.js', definition('system', "name: 'one'"));
  write('systems/one.js', definition('system', "name: 'one-file'"));
  write('framework/deploy/sim/index.js', definition('deployment', "name: 'sim'"));
  write(
    'user/system.ts',
    `import { defineSystem } from 'chaosplan';
import { summary } from './part.js';
const where: string = import.meta.url;
export default defineSystem({ name: 'mine', summary: summary + ' ' + where, workloads: ['echo'] });
`,
  );
  write(
    'user/part.ts',
    "import { EOL } from 'node:os';\nimport { greeting } from 'some-package';\nexport const summary: string = greeting + EOL.length + ' ' + import.meta.url;\n",
  );
  write(
    'user/node_modules/some-package/package.json',
    '{ "name": "some-package", "type": "module", "exports": "./main.js" }',
  );
  write('user/node_modules/some-package/main.js', "export const greeting = 'hello';\n");
  write('user/plain.mjs', definition('system', "name: 'plain'"));
  write('user/folder/index.ts', definition('checker', "name: 'in-folder'"));
  write('user/nothing.ts', 'export const x = 1;\n');
  write('user/number.ts', 'export default 5;\n');
  write('user/syntax.ts', 'const a = 1;\nexport default {;\n');
  write('user/lost.ts', "import { x } from './no-such-file.js';\nexport default x;\n");
  write('user/unknown.ts', "import x from 'no-such-package';\nexport default x;\n");
  write('user/throws.ts', "throw new Error('boom');\n");
  write('user/node.py', 'print(1)\n');
});
afterAll(() => rmSync(root, { recursive: true }));

describe('built-in definitions', () => {
  it('are files and folders that default-export one of their kind, in code unit order', async () => {
    const catalog = new Catalog(root);
    expect(await catalog.names('workload')).toEqual(['Alpha', 'beta', 'zeta']);
    expect(await catalog.names('checker')).toEqual(['double', 'single']);
    expect(await catalog.names('system')).toEqual(['one']);
    expect(await catalog.names('deployment')).toEqual(['sim']);
    expect(await catalog.names('nemesis')).toEqual([]);
    expect((await catalog.all('workload')).map(({ name }) => name)).toEqual(['Alpha', 'beta', 'zeta']);
  });

  it('that cannot be loaded do not stand in the way of others, and say so when asked for', async () => {
    const catalog = new Catalog(root);
    expect((await failing(catalog.load('workload', 'broken'))).message).toBe(
      'workload broken cannot be loaded (workloads/broken.js): out of order',
    );
    expect((await failing(catalog.load('workload', 'misnamed'))).code).toBe('definition-misnamed');
    expect((await catalog.problems('workload')).map(({ code }) => code)).toEqual([
      'definition-broken',
      'definition-misnamed',
    ]);
  });

  it('that are none are not found, nor is anything outside of the folder', async () => {
    const catalog = new Catalog(root);
    for (const name of [
      'plain',
      'helper',
      'nemesis',
      'notes',
      'folder',
      '../systems/one/index',
      '',
      '__proto__',
      'constructor',
    ]) {
      expect([name, await catalog.load('workload', name)]).toEqual([name, undefined]);
    }
  });

  it('are loaded once, and only when they are asked for', async () => {
    const loads = () => Reflect.get(globalThis, 'betaLoads') as number | undefined;
    Reflect.deleteProperty(globalThis, 'betaLoads');
    const fresh = new Catalog(root);
    expect((await fresh.load('workload', 'zeta'))?.name).toBe('zeta');
    expect((await fresh.resolveWorkload('Alpha'))?.preset).toEqual({});
    expect(loads()).toBeUndefined();
  });

  it('of workloads are found by alias, with what it presets', async () => {
    const catalog = new Catalog(root);
    expect(await catalog.resolveWorkload('lin-kv')).toMatchObject({
      definition: { name: 'zeta' },
      preset: { keys: 3 },
    });
    expect((await catalog.load('workload', 'lin-kv'))?.name).toBe('zeta');
    expect(await catalog.resolveWorkload('toString')).toBeUndefined();
  });

  it('of this package load without a problem', async () => {
    const catalog = defaultCatalog();
    const problems = (await Promise.all(KINDS.map((kind) => catalog.problems(kind)))).flat();
    expect(problems.map(({ message }) => message)).toEqual([]);
    expect(await catalog.names('nemesis')).toContain('partition');
    for (const kind of KINDS) for (const found of await catalog.all(kind)) expect(kindOf(found)).toBe(kind);
  });
});

describe('modules of users', () => {
  const load = (path: string) => new Catalog(root).loadPath('system', path, join(root, 'user'));

  it('are bundled: TypeScript, other files, packages, and the place where they were written', async () => {
    const system = await load('./system.ts');
    expect(system.name).toBe('mine');
    expect(system.summary).toMatch(/^hello1 file:.*\/user\/part\.ts file:.*\/user\/system\.ts$/);
    expect(Reflect.get(system, KIND)).toBe('system');
  });

  it('may be plain JavaScript, or a folder', async () => {
    expect((await load('plain.mjs')).name).toBe('plain');
    expect((await new Catalog(root).loadPath('checker', 'user/folder', root)).name).toBe('in-folder');
  });

  it('are loaded once for each catalog', async () => {
    const catalog = new Catalog(root);
    const user = join(root, 'user');
    expect(await catalog.loadPath('system', './plain.mjs', user)).toBe(
      await catalog.loadPath('system', 'user/plain.mjs', root),
    );
  });

  it.each([
    ['./system', 'module-not-found', 'there is no file ./system', 'There is ./system.ts.'],
    [
      './nothing.ts',
      'module-no-definition',
      './nothing.ts has no default export',
      'End it with: export default defineSystem({ … }).',
    ],
    [
      './number.ts',
      'module-no-definition',
      'the default export of ./number.ts was not made by defineSystem',
      'End it with: export default defineSystem({ … }).',
    ],
    ['./folder', 'module-wrong-kind', './folder defines a checker, not a system', undefined],
    ['./node_modules', 'module-not-found', 'the folder ./node_modules has no index.ts or index.js', undefined],
    [
      './node.py',
      'module-not-code',
      './node.py is no TypeScript or JavaScript module',
      'To run a program as a node: use: maelstrom, with: { bin: ./node.py }.',
    ],
  ])('%s is refused: %s', async (path, code, message, hint) => {
    const error = await failing(load(path));
    expect([error.code, error.message, error.hint, error.kind]).toEqual([code, message, hint, 'usage']);
  });

  it('that do not compile say where', async () => {
    const error = await failing(load('./syntax.ts'));
    expect(error.message).toBe(`${join(root, 'user', 'syntax.ts')}:2:17 Expected identifier but found ";"`);
    expect(error.location).toEqual({ file: join(root, 'user', 'syntax.ts'), line: 2, column: 17 });
  });

  it('that import what is not there say so', async () => {
    expect((await failing(load('./lost.ts'))).message).toMatch(
      /lost\.ts:1:19 Could not resolve "\.\/no-such-file\.js"$/,
    );
    expect((await failing(load('./unknown.ts'))).message).toMatch(
      /unknown\.ts:1:15 Could not resolve "no-such-package"$/,
    );
  });

  it('that throw are told from those that do not compile', async () => {
    const error = await failing(load('./throws.ts'));
    expect([error.code, error.message]).toEqual([
      'module-failed',
      `${join(root, 'user', 'throws.ts')} failed while it was loaded: boom`,
    ]);
  });
});

it('shows stacks of the lines that users wrote', async () => {
  write(
    'user/stack.ts',
    `interface Shape { a: number }

export default { [Symbol.for('chaosplan.kind')]: 'system', name: 'stack', where(): string {
  const shape: Shape = { a: 1 };
  return String(new Error(String(shape.a)).stack);
} };
`,
  );
  const system = await new Catalog(root).loadPath('system', 'user/stack.ts', root);
  const where: unknown = Reflect.get(system, 'where');
  expect(typeof where === 'function' ? where() : '').toContain(`${join(root, 'user', 'stack.ts')}:5:`);
});

it('tells paths from names', () => {
  expect(['./a.ts', '../a', '/a/b', 'a.ts', 'a/b.mjs', 'C.JS'].map(isPath)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(['raft', 'lin-kv', 'a.b', 'ts', ''].map(isPath)).toEqual([false, false, false, false, false]);
});
