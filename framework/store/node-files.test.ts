import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from './node-files.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-node-files-'));
  mkdirSync(join(folder, 'nodes/n1/files/var/log'), { recursive: true });
  mkdirSync(join(folder, 'nodes/n1/data'));
  writeFileSync(join(folder, 'nodes/n1/node.log'), 'one\ntwo\r\nthree\n');
  writeFileSync(join(folder, 'nodes/n1/data/log'), 'records');
  writeFileSync(join(folder, 'nodes/n1/empty.log'), '');
  writeFileSync(join(folder, 'nodes/n1/files/var/log/app.txt'), 'started');
  writeFileSync(join(folder, 'nodes/n1/files/var/log/core'), Buffer.from([0x7f, 0x45, 0, 1]));
  symlinkSync('/etc/passwd', join(folder, 'nodes/n1/secret.log'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('nodeFiles', () => {
  it('lists logs and collected text, no data, nothing binary, no links', () => {
    expect(nodeFiles(folder, 'n1').map(({ path, size }) => [path, size])).toEqual([
      ['nodes/n1/node.log', 15],
      ['nodes/n1/files/var/log/app.txt', 7],
    ]);
    expect(nodeFiles(folder, 'n2')).toEqual([]);
  });

  it('reads whole lines of parts of a file', () => {
    const [log] = nodeFiles(folder, 'n1');
    expect([...log!.lines()]).toEqual(['one', 'two', 'three']);
    expect([...log!.lines(7)]).toEqual(['three']);
    expect([...log!.lines(0, 5)]).toEqual(['one', 'two']);
    rmSync(join(folder, 'nodes/n1/node.log'));
    expect([...log!.lines()]).toEqual([]);
  });
});
