// The archive that becomes an image, read back by tar itself.
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { type TarEntry, tarOf } from './tar.js';

const folder = mkdtempSync(join(tmpdir(), 'chaos-tar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bytesOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarOf(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it('is an archive that tar takes', async () => {
  const from = join(folder, 'source');
  writeFileSync(from, 'x'.repeat(700));
  const deep = `${'deep/'.repeat(25)}file`;
  const archive = await bytesOf([
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
    { kind: 'text', path: 'etc/motd', text: 'grüße\n' },
    { kind: 'link', path: 'bin', to: 'usr/bin' },
    { kind: 'file', path: deep, from, size: 700, mode: 0o751 },
    { kind: 'text', path: 'empty', text: '' },
  ]);
  expect(archive.length % 512).toBe(0);
  writeFileSync(join(folder, 'a.tar'), archive);
  await execa('tar', ['-x', '-p', '-f', join(folder, 'a.tar'), '-C', folder, '--no-same-owner']);
  expect(statSync(join(folder, 'tmp')).mode & 0o7777).toBe(0o1777);
  expect(readFileSync(join(folder, 'etc/motd'), 'utf8')).toBe('grüße\n');
  expect(readlinkSync(join(folder, 'bin'))).toBe('usr/bin');
  expect(statSync(join(folder, deep))).toMatchObject({ size: 700 });
  expect(statSync(join(folder, deep)).mode & 0o777).toBe(0o751);
  expect(statSync(join(folder, 'empty')).size).toBe(0);
});

it('says when a file is not what it was', async () => {
  const from = join(folder, 'shrunk');
  writeFileSync(from, 'short');
  await expect(bytesOf([{ kind: 'file', path: 'a', from, size: 700, mode: 0o644 }])).rejects.toThrow(/changed/);
  await expect(bytesOf([{ kind: 'text', path: 'x'.repeat(101), text: '' }])).rejects.toThrow(/too long/);
});
