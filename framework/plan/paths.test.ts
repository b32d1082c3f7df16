// Paths and programs in options: relative to the text that names them, absolute ever after.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { option } from '../contracts/options.js';
import { planToYaml } from './document.js';
import { loadPlan } from './load.js';
import { errorsOf, load, loadOne, world } from './testing/load.js';
import { resolveOptions } from './values.js';

const tool = (options: string, rest = '') =>
  `name: x\nsystem: { use: tool, with: ${options} }\nworkload: register\n${rest}`;

async function options(text: string, extras: Parameters<typeof loadOne>[1] = {}) {
  return (await loadOne(text, { file: '/plans/sub/demo.yaml', ...extras })).system.options;
}

describe('a path in a plan', () => {
  it('is relative to the file of the plan; so is the default', async () => {
    const found = await options(tool('{ bin: ./node, home: ../lib, data: { a: b.json, c: /etc/c } }'));
    expect(found).toMatchObject({
      bin: '/plans/sub/node',
      home: '/plans/lib',
      data: { a: '/plans/sub/b.json', c: '/etc/c' },
    });
    expect((await options(tool('{ bin: x/y }')))['home']).toBe('/plans/sub');
  });

  it('may stand beside other values in a list, and begin in the home folder', async () => {
    expect(await options(tool('{ bin: ~/go/bin/node, parts: [3, a.txt, ~/b, "~"], label: ./as/it/is }'))).toMatchObject(
      {
        bin: join(homedir(), 'go/bin/node'),
        parts: [3, '/plans/sub/a.txt', join(homedir(), 'b'), '/plans/sub/~'],
        label: './as/it/is',
      },
    );
  });

  it('may be the bare name of a program', async () => {
    expect((await options(tool('{ bin: python3 }')))['bin']).toBe('python3');
  });

  it('that comes from a variable or a matrix is relative to the plan, from --set to the working directory', async () => {
    const text = tool('{ bin: "${BIN}" }', 'matrix: { system.with.data.a: [./1, "${TWO}"] }');
    const plans = await load(text, { file: '/plans/demo.yaml', variables: { BIN: 'b/n', TWO: '../2' } });
    expect(plans.map(({ system }) => [system.options['bin'], system.options['data']])).toEqual([
      ['/plans/b/n', { a: '/plans/1' }],
      ['/plans/b/n', { a: '/2' }],
    ]);
    expect(new Set(plans.map(({ id }) => id.includes('/')))).toEqual(new Set([false]));
    const set = await options(tool('{ bin: ./a }'), { set: ['system.with.bin=./b', 'system.with.data={ x: y }'] });
    expect(set).toMatchObject({ bin: resolve('b'), data: { x: resolve('y') }, home: '/plans/sub' });
  });

  it('is absolute in the document, which means the same from anywhere', async () => {
    const plan = await loadOne(tool('{ bin: ./n, data: { a: b } }'), { file: '/plans/demo.yaml' });
    expect(plan.document['system']).toMatchObject({
      with: { bin: '/plans/n', home: '/plans', data: { a: '/plans/b' } },
    });
    const again = await loadOne(planToYaml(plan), { file: '/elsewhere/plan.yaml' });
    expect(again.system.options).toEqual(plan.system.options);
    expect(again.document).toEqual(plan.document);
  });
});

describe('plans that extend others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-paths-'));
  beforeAll(() => {
    mkdirSync(join(folder, 'base'));
    mkdirSync(join(folder, 'over'));
    writeFileSync(join(folder, 'base/b.yaml'), tool('{ bin: ./n, data: { a: ./a } }'));
    writeFileSync(
      join(folder, 'over/o.yaml'),
      'extends: ../base/b.yaml\nsystem: { with: { data: { c: ./c }, home: ~ } }\n',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('name each path from where it is written', async () => {
    const [plan] = await loadPlan(join(folder, 'over/o.yaml'), { catalog: world, variables: {}, set: [] });
    expect(plan?.system.options).toMatchObject({
      bin: join(folder, 'base/n'),
      data: { a: join(folder, 'base/a'), c: join(folder, 'over/c') },
    });
  });
});

describe('an option that is required', () => {
  it('is missed at its place, with what it means', async () => {
    const missing = 'system tool needs the option "bin" | The program.';
    expect(await errorsOf('name: x\nworkload: register\nsystem: tool')).toEqual([`3:9 ${missing}`]);
    expect(await errorsOf('name: x\nworkload: register\nsystem:\n  use: tool\n  nodes: 3')).toEqual([`4:8 ${missing}`]);
    expect(await errorsOf(tool('{ home: . }'))).toEqual([`2:28 ${missing}`]);
    expect(await errorsOf(tool('{ bin: ~ }'))).toEqual([`2:28 ${missing}`]);
    expect(await errorsOf(tool('{ bni: ./x }'))).toEqual(['2:30 unknown option "bni" of system tool -> bin']);
  });

  it('must be a path or a name', async () => {
    expect(await errorsOf(tool('{ bin: " " }'))).toEqual([
      '2:35 option "bin" of system tool must be a path such as ./node.py, or the name of a program such as python3, got the text " "',
    ]);
    expect(await errorsOf(tool('{ bin: [node, a.js] }'))).toEqual([
      '2:35 option "bin" of system tool must be a path such as ./node.py, or the name of a program such as python3, got a list',
    ]);
  });
});

it('the first node may be n0', async () => {
  const text = tool('{ bin: a }', 'nemeses: [{ use: kill, targets: [n5] }]');
  expect(await errorsOf(text)).toEqual(['4:34 there is no node "n5" | The nodes are n0 to n4.']);
});

it('options that come from no plan are relative to the working directory', () => {
  const declared = { file: option.path('A file.', 'a.txt'), run: option.program('A program.', 'sh') };
  expect(resolveOptions(declared, {}, 'checker demo')).toEqual({ file: resolve('a.txt'), run: 'sh' });
  expect(resolveOptions(declared, { file: '/b', run: './c' }, 'checker demo')).toEqual({
    file: '/b',
    run: resolve('c'),
  });
});
