// The index of runs: every kind of folder has its place in the list, and nothing outside is ever read.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import type { RunResult } from '../contracts/result.js';
import { Inside } from './inside.js';
import { RunIndex } from './run-index.js';
import { summarize } from './run-summary.js';
import { lifeOf, markRunning, parseMark, unmarkRunning } from './running.js';
import { openRunFolder } from './store.js';
import { makeTree, type Tree } from './testing/tree.js';

let tree: Tree;
beforeEach(() => {
  tree = makeTree();
});
afterEach(() => tree.remove());

const RESULT: Partial<RunResult> = {
  format: 1,
  status: 'completed',
  valid: true,
  verdict: 'Valid: it was.',
  expect: 'valid',
  expectationMet: true,
  plan: { name: 'a plan', id: 'a', file: null, cell: null },
  system: { name: 'raft', options: { bug: 'none' } },
  workload: { name: 'register', options: {} },
  seed: 1,
  anomalies: [],
  checks: {},
};
const MARK = { pid: 1, ticks: -1, host: 'elsewhere', started: '', load: 1000, recover: 500 };

const index = () => new RunIndex(new Inside(tree.root));
const FIRST = '20260102T030405Z-1';

describe('the list', () => {
  it('has the newest first, and reads a result again only when it has changed', async () => {
    tree.write('a/20260102T030405Z-1/result.json', RESULT);
    tree.write('b/20260102T030406Z-1/result.json', RESULT);
    tree.write('a/20260102T030406Z-1-2/result.json', RESULT);
    const runs = index();
    const before = await runs.list();
    expect(before.map(({ plan, name }) => `${plan}/${name}`)).toEqual([
      'a/20260102T030406Z-1-2',
      'b/20260102T030406Z-1',
      'a/20260102T030405Z-1',
    ]);
    expect((await runs.list())[2]?.summary).toBe(before[2]?.summary);
    tree.write('a/20260102T030405Z-1/result.json', { ...RESULT, valid: false });
    rmSync(tree.path('b'), { recursive: true });
    const after = await runs.list();
    expect(after.map(({ summary }) => summary?.valid)).toEqual([true, false]);
  });

  it('leaves out what is no run: links, other folders, files', async () => {
    tree.write('a/notes/result.json', RESULT);
    tree.write('a/20260102T030405Z-1', 'a file');
    tree.write('20260102T030405Z-1/result.json', RESULT);
    tree.write(`../outside/${FIRST}/result.json`, RESULT);
    symlinkSync(tree.path('../outside'), tree.path('linked'));
    symlinkSync(tree.path(`../outside/${FIRST}`), tree.path('a/20260102T030409Z-1'));
    expect(await index().list()).toEqual([]);
  });

  it.each([
    ['nothing', '', /torn or damaged/],
    ['a torn one', '{"format":1,"sta', /torn or damaged/],
    ['null', 'null', /holds no result/],
    ['a list', '[1]', /unknown format/],
    ['a newer one', '{"format":9}', /unknown format; another version/],
    ['next to nothing', '{"format":1}', /lacks status, valid/],
  ])('says that a result that is %s cannot be read', async (_, text, problem) => {
    tree.write(`a/${FIRST}/result.json`, text);
    const [run] = await index().list();
    expect(run).toMatchObject({ state: 'unreadable', summary: null, problem: expect.stringMatching(problem) });
  });

  it('never shows a word of a file outside', async () => {
    tree.write('../outside/secret.txt', 'SECRET');
    mkdirSync(tree.path(`a/${FIRST}`), { recursive: true });
    symlinkSync(tree.path('../outside/secret.txt'), tree.path(`a/${FIRST}/result.json`));
    const runs = await index().list();
    expect(runs[0]).toMatchObject({ state: 'unreadable', problem: 'result.json cannot be read' });
    expect(JSON.stringify(runs)).not.toContain('SECRET');
  });

  it('is empty when the folder goes away', async () => {
    tree.write(`a/${FIRST}/result.json`, RESULT);
    const runs = index();
    expect(await runs.list()).toHaveLength(1);
    rmSync(tree.root, { recursive: true });
    expect(await runs.list()).toEqual([]);
  });

  it('takes any JSON for what it is', async () => {
    const odd = Object.fromEntries(
      Object.keys(RESULT).map((name) => [name, { __proto__: null, toString: 1, list: [{}] }]),
    );
    tree.write(`a/${FIRST}/result.json`, {
      ...odd,
      format: 1,
      figures: { latency: { all: 3, byFunction: [1] } },
      anomalies: [1, null, { name: 7 }],
    });
    const [run] = await index().list();
    expect(run).toMatchObject({
      state: 'ended',
      summary: { valid: 'unknown', status: 'completed', system: '', seed: null },
    });
    expect(summarize(null)).toMatchObject({ anomalies: [], figures: null });
    expect(
      summarize({
        figures: JSON.parse('{"latency":{"byFunction":{"__proto__":{"count":1,"p50":1,"p95":1,"p99":1,"max":1}}}}'),
      }).figures?.latency,
    ).toEqual({ all: null, byFunction: {} });
  });
});

describe('a run without a result', () => {
  const state = async () => (await index().list())[0];

  it('is running while its process lives, and has died when it does not', async () => {
    const folder = openRunFolder(tree.path(`a/${FIRST}`));
    tree.write(`a/${FIRST}/history.jsonl`, '{"format":1}\n');
    markRunning(folder, { started: new Date(0), load: 1000, recover: 500 });
    expect(await state()).toMatchObject({ state: 'running', problem: null, mark: { load: 1000, recover: 500 } });
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const mark = {
      ...MARK,
      pid: child.pid,
      ticks: null,
      host: parseMark(JSON.parse(tree.read(`a/${FIRST}/running.json`)))?.host,
    };
    tree.write(`a/${FIRST}/running.json`, mark);
    expect((await state())?.state).toBe('running');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await state()).toMatchObject({ state: 'died', problem: expect.stringContaining('its process is gone') });
    // The number alone says nothing: another process may have it by now.
    tree.write(`a/${FIRST}/running.json`, { ...mark, pid: process.pid, ticks: -1 });
    expect((await state())?.state).toBe('died');
    unmarkRunning(folder);
    expect((await state())?.state).toBe('running');
  });

  it.each([
    ['without a mark', undefined],
    ['of another machine', MARK],
    ['with a broken mark', '{"pid":"x"'],
  ])('%s is running as long as it writes', async (_, mark) => {
    tree.write(`a/${FIRST}/history.jsonl`, '{"format":1}\n');
    if (mark !== undefined) tree.write(`a/${FIRST}/running.json`, mark);
    expect((await state())?.state).toBe('running');
    utimesSync(tree.path(`a/${FIRST}/history.jsonl`), 1, 1);
    expect(await state()).toMatchObject({ state: 'died', problem: expect.stringContaining('nothing was written') });
  });

  it('that wrote no history has died', async () => {
    mkdirSync(tree.path(`a/${FIRST}/nodes`), { recursive: true });
    expect(await state()).toMatchObject({ state: 'died', problem: expect.stringContaining('before it began') });
  });
});

describe('marks', () => {
  it.each([[null], [{}], [{ pid: -1, host: 'x' }], [{ pid: 1.5, host: 'x' }], [{ pid: 1 }], ['x']])(
    '%j is none',
    (value) => {
      expect(parseMark(value)).toBeNull();
    },
  );

  it('of other machines are not looked for here', () => {
    expect(lifeOf({ ...MARK, pid: process.pid, host: `not ${hostname()}` })).toBe('elsewhere');
  });
});

describe('inside', () => {
  it('opens what is inside, by links too', () => {
    tree.write('a/b.txt', 'text');
    symlinkSync('a', tree.path('inner'));
    const inside = new Inside(tree.root);
    expect(inside.readText(['a', 'b.txt'], 10)).toBe('text');
    expect(inside.readText(['inner', 'b.txt'], 10)).toBe('text');
    expect(inside.namesOf(['inner', 'b.txt'])).toEqual(['a', 'b.txt']);
    expect(() => inside.readText(['a', 'b.txt'], 3)).toThrow(ChaosError);
  });

  it('goes nowhere else', () => {
    tree.write('../outside/secret.txt', 'SECRET');
    tree.write('../results-too/secret.txt', 'SECRET');
    symlinkSync(tree.path('../outside'), tree.path('out'));
    symlinkSync('/etc/hostname', tree.path('file'));
    symlinkSync('/dev/zero', tree.path('zero'));
    symlinkSync('loop', tree.path('loop'));
    mkdirSync(tree.path('folder'));
    execFileSync('mkfifo', [tree.path('pipe')]);
    const inside = new Inside(tree.root);
    for (const names of [
      ['out', 'secret.txt'],
      ['file'],
      ['zero'],
      ['loop'],
      ['folder'],
      ['pipe'],
      ['..', 'outside', 'secret.txt'],
      ['../outside/secret.txt'],
      ['..', 'results-too', 'secret.txt'],
      ['..\\outside\\secret.txt'],
      ['folder', '..', 'folder'],
      ['a\0b'],
      [''],
      ['/etc/hostname'],
    ]) {
      expect([names, inside.open(names)]).toEqual([names, null]);
    }
    expect(inside.entries(['out'])).toEqual([]);
    expect(inside.entries(['..'])).toEqual([]);
    expect(inside.look(['..'])).toBeNull();
  });

  it('reads a file that grows as long as it was, and notices that a folder was exchanged', () => {
    tree.write('a/b.txt', 'text');
    const inside = new Inside(tree.root);
    appendFileSync(tree.path('a/b.txt'), ' and more');
    expect(inside.readText(['a', 'b.txt'], 100)).toBe('text and more');
    tree.write('../outside/b.txt', 'SECRET');
    renameSync(tree.path('a'), tree.path('c'));
    symlinkSync(tree.path('../outside'), tree.path('a'));
    expect(inside.open(['a', 'b.txt'])).toBeNull();
  });

  it('says what is no folder', () => {
    writeFileSync(join(tree.root, 'file'), '');
    for (const path of ['missing', 'file'])
      expect(() => new Inside(tree.path(path))).toThrow(/cannot read the results folder/);
  });
});
