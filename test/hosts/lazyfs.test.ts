// Power loss of a program's files on a real LazyFS where there is one; a clear refusal, and nothing changed, where not.
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dropUnsynced, type LazyPlace, mountLazy, unmountLazy } from '../../framework/deploy/helper/lazyfs.js';
import { runHere } from '../../framework/deploy/helper/network/run.js';
import { hasLazyfs } from './support/lazyfs.js';

let scratch: string;
let place: LazyPlace;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'h3-lazy-'));
  place = { folder: join(scratch, 'data'), files: join(scratch, 'lazy') };
  mkdirSync(place.folder, { mode: 0o750 });
  writeFileSync(join(place.folder, 'before'), 'before');
});

afterEach(async () => {
  await unmountLazy(place);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('h3-lazy-');
  expect((await runHere(['ps', '-eo', 'args'])).stdout).not.toMatch(/lazyfs.*h3-lazy-/);
  rmSync(scratch, { recursive: true });
});

it('drops what was not synced, and nothing else, as often as it is asked to', async () => {
  if (!hasLazyfs()) {
    await expect(mountLazy(place)).rejects.toMatchObject({ code: 'fault-unsupported' });
    expect(readdirSync(scratch)).toEqual(['data']);
    return;
  }
  await mountLazy(place);
  const file = (name: string) => join(place.folder, name);
  for (let turn = 0; turn < 3; turn++) {
    const fd = openSync(file('synced'), 'a');
    writeSync(fd, `record ${turn}\n`);
    fsyncSync(fd);
    writeSync(fd, 'lost\n');
    closeSync(fd);
    expect(readFileSync(file('synced'), 'utf8')).toContain('lost');
    await dropUnsynced(place);
    expect(readFileSync(file('synced'), 'utf8')).toBe(
      Array.from({ length: turn + 1 }, (_, i) => `record ${i}\n`).join(''),
    );
  }
  expect(readFileSync(file('before'), 'utf8')).toBe('before');
  writeFileSync(file('after'), 'not synced, but nobody pulled the plug');
  await unmountLazy(place);
  expect(readdirSync(scratch)).toEqual(['data']);
  expect(readFileSync(file('after'), 'utf8')).toMatch(/^not synced/);
  expect(readFileSync(file('synced'), 'utf8')).toBe('record 0\nrecord 1\nrecord 2\n');
});

if (hasLazyfs()) {
  it('shows every file as its own to the owner of the folder', async () => {
    chownSync(place.folder, 65534, 65534);
    await mountLazy(place);
    const make = 'cd "$1" && mkdir below && echo some >below/file && stat -c %u . below below/file';
    // Who is not root finds the way to the folder, too.
    chmodSync(scratch, 0o755);
    const { stdout } = await runHere(['runuser', '-u', 'nobody', '--', 'sh', '-c', make, 'sh', place.folder]);
    expect(stdout).toBe('65534\n65534\n65534\n');
  });
}

it('says what is wrong, and leaves the folder as it was', async () => {
  await expect(mountLazy(place, '/no/such/lazyfs')).rejects.toThrow(/cannot be put on LazyFS: .*no\/such\/lazyfs/);
  await expect(mountLazy(place, 'false')).rejects.toThrow(/ended with status 1/);
  expect(readdirSync(scratch)).toEqual(['data']);
  expect(readFileSync(join(place.folder, 'before'), 'utf8')).toBe('before');
});
