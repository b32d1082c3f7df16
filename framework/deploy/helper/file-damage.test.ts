import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damageFile, globPattern } from './file-damage.js';
import { FILLER } from './folders.js';

let folder: string;
const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-damage-'));
  mkdirSync(join(folder, 'data/wal'), { recursive: true });
  for (const name of ['data/wal/0001.wal', 'data/wal/0002.wal', 'data/snapshot.db']) {
    writeFileSync(join(folder, name), CONTENT);
  }
  writeFileSync(join(folder, 'data/wal/empty.wal'), '');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('damage to files', () => {
  it('cuts one that matches, and no other', () => {
    const { file, at } = damageFile({ kind: 'truncate', folder, files: '**/*.wal', seed: 3 });
    expect(file).toMatch(/^data\/wal\/000[12]\.wal$/);
    expect(readFileSync(join(folder, file!))).toEqual(CONTENT.subarray(0, at));
    const other = file === 'data/wal/0001.wal' ? 'data/wal/0002.wal' : 'data/wal/0001.wal';
    expect(readFileSync(join(folder, other))).toEqual(CONTENT);
    expect(readFileSync(join(folder, 'data/snapshot.db'))).toEqual(CONTENT);
  });

  it('flips one bit', () => {
    const { file, at } = damageFile({ kind: 'bit-flip', folder, files: 'data/*.db', seed: 4 });
    expect(file).toBe('data/snapshot.db');
    const after = readFileSync(join(folder, file!));
    const differing = [...after.keys()].filter((i) => after[i] !== CONTENT[i]);
    expect(differing).toEqual([at]);
    const flipped = after[at]! ^ CONTENT[at]!;
    expect(flipped & (flipped - 1)).toBe(0);
  });

  it('hits where it is told to, and nothing when it is only to look', () => {
    const all = { kind: 'truncate', folder, seed: 1 } as const;
    expect(damageFile({ ...all, files: '**', dry: true }).file).not.toBeNull();
    expect(damageFile({ ...all, files: '**/empty.wal', dry: true }).file).toBeNull();
    expect(damageFile({ ...all, files: '**/*.db', position: 1 })).toEqual({ file: 'data/snapshot.db', at: 999 });
    expect(damageFile({ ...all, files: '**/*.db', position: 0.5 })).toEqual({ file: 'data/snapshot.db', at: 499 });
  });

  it('leaves alone what fills a disk for us', () => {
    writeFileSync(join(folder, FILLER), CONTENT);
    expect(damageFile({ kind: 'truncate', folder, files: '*', seed: 1 }).file).toBeNull();
  });

  it('is the same for the same seed, and another for others', () => {
    const damage = (seed: number) => {
      writeFileSync(join(folder, 'data/snapshot.db'), CONTENT);
      return damageFile({ kind: 'bit-flip', folder, files: 'data/snapshot.db', seed }).at;
    };
    expect(damage(7)).toBe(damage(7));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => damage(seed))).size).toBeGreaterThan(15);
  });

  it('does nothing where nothing matches or everything is empty', () => {
    expect(damageFile({ kind: 'truncate', folder, files: '*.log', seed: 1 })).toEqual({ file: null, at: 0 });
    expect(damageFile({ kind: 'truncate', folder, files: '**/empty.*', seed: 1 })).toEqual({ file: null, at: 0 });
    expect(() => damageFile({ kind: 'truncate', folder: `${folder}/none`, files: '*', seed: 1 })).toThrow(/damaged/);
  });

  it('follows no links', () => {
    const outside = mkdtempSync(join(tmpdir(), 'chaos-outside-'));
    writeFileSync(join(outside, 'precious'), CONTENT);
    symlinkSync(outside, join(folder, 'link'));
    symlinkSync(join(outside, 'precious'), join(folder, 'file-link'));
    for (const files of ['**/precious', 'link/*', 'file-link', '../*/precious']) {
      expect(damageFile({ kind: 'truncate', folder, files, seed: 1 }).file).toBeNull();
    }
    expect(readFileSync(join(outside, 'precious'))).toEqual(CONTENT);
    rmSync(outside, { recursive: true });
  });
});

describe('globs', () => {
  it.each([
    ['*.wal', 'a.wal', true],
    ['*.wal', 'x/a.wal', false],
    ['**/*.wal', 'a.wal', true],
    ['**/*.wal', 'x/y/a.wal', true],
    ['x/**', 'x/y/a', true],
    ['./x/?', 'x/a', true],
    ['x/?', 'x/ab', false],
    ['a.b', 'axb', false],
    ['a+(b)', 'a+(b)', true],
  ])('%s of %s: %s', (glob, path, matches) => {
    expect(globPattern(glob).test(path)).toBe(matches);
  });
});
