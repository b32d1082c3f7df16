// Clusters leave no folder behind: neither those that ran, nor those that were made and never started.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bench } from './testing/bench.js';
import { temporaryFolder } from './workspace.js';

const usual = process.env['TMPDIR'];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-test-'));
  process.env['TMPDIR'] = folder;
});
afterEach(() => {
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['through the parent', false],
  ['over TCP', true],
])('of a cluster whose messages go %s, before and after its life', async (_, tcp) => {
  const others = (path: string) => readdirSync(folder).filter((name) => name !== basename(path));
  await bench({ tcp, noFolder: true, idle: true, nodes: ['n1'] }, async (b) => {
    expect(others(b.folder)).toEqual([]);
    await b.cluster.start();
    expect(others(b.folder)).not.toEqual([]);
    await b.cluster.stop();
    expect(others(b.folder)).toEqual([]);
  });
});

it('is for this user alone, and nobody else’s is taken or removed', () => {
  const own = temporaryFolder('x-');
  own.remove();
  own.make();
  expect(statSync(own.path).mode & 0o777).toBe(0o700);
  expect(() => own.make()).toThrow('EEXIST');
  own.remove();
  expect(existsSync(own.path)).toBe(false);
});
