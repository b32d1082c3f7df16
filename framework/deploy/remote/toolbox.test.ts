// Programs with their own loader and libraries: they run from any folder, without those of the system.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { parseLdd, requireProgram } from './program-files.js';
import { checkArchitecture, makeToolbox } from './toolbox.js';

const cache = mkdtempSync(join(tmpdir(), 'chaos-toolbox-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

describe('ldd', () => {
  it('of glibc names libraries and the loader', () => {
    const text = `\tlinux-vdso.so.1 (0x00007ffc)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f88)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f87)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f89)
`;
    expect(parseLdd(text)).toEqual({
      loader: { name: 'ld-linux-x86-64.so.2', path: '/lib64/ld-linux-x86-64.so.2' },
      libraries: [
        { name: 'libm.so.6', path: '/lib/x86_64-linux-gnu/libm.so.6' },
        { name: 'libc.so.6', path: '/lib/x86_64-linux-gnu/libc.so.6' },
      ],
      missing: [],
    });
  });

  it('of several files names all, each once', () => {
    const one = '/a/x.so:\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n';
    const two =
      '/a/y.so:\n\tstatically linked\n/a/z.so:\n\tlibc.so.6 => /lib/libc.so.6 (0x7e)\n\tlibgone.so => not found\n';
    expect(parseLdd(one + two)).toEqual({
      loader: null,
      libraries: [{ name: 'libc.so.6', path: '/lib/libc.so.6' }],
      missing: ['libgone.so'],
    });
  });

  it('of musl, and where the loader is a link, names the loader as programs do', () => {
    const musl = '\t/lib/ld-musl-x86_64.so.1 (0x7f1)\n\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f1)\n';
    expect(parseLdd(musl).loader).toEqual({ name: 'ld-musl-x86_64.so.1', path: '/lib/ld-musl-x86_64.so.1' });
    expect(parseLdd(musl).libraries).toHaveLength(1);
    const linked = '\t/lib64/ld-linux-x86-64.so.2 => /usr/lib64/ld-linux-x86-64.so.2 (0x7f)\n';
    expect(parseLdd(linked).loader).toEqual({ name: 'ld-linux-x86-64.so.2', path: '/lib64/ld-linux-x86-64.so.2' });
  });

  it('of static programs names nothing', () => {
    expect(parseLdd('\tnot a dynamic executable\n')).toEqual({ loader: null, libraries: [], missing: [] });
  });
});

describe.runIf(process.platform === 'linux')('a toolbox', () => {
  it('runs its programs from wherever it lies, and is made once', async () => {
    const first = await makeToolbox(['node', 'ls'], cache);
    const again = await makeToolbox(['node', 'ls'], cache);
    expect({ ...again, commandFor: null }).toEqual({ ...first, commandFor: null });
    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(first.folder).toBe(join(cache, 'toolbox', first.sha256));
    expect(readdirSync(first.folder).sort()).toEqual(['bin', 'lib']);

    const base = join(cache, 'moved away');
    renameSync(first.folder, base);
    const [node, ...args] = first.commandFor('node', base);
    const { stdout } = await execa(node, [...args, '-p', 'process.version'], { env: {}, extendEnv: false });
    expect(stdout).toBe(process.version);
    const [ls, ...rest] = first.commandFor('ls', base);
    expect((await execa(ls, [...rest, join(base, 'bin')])).stdout).toBe('ls\nnode');
    expect(() => first.commandFor('tc', base)).toThrow(/no tc/);
  });

  it('is made again when something of it is gone, with the same contents', async () => {
    const first = await makeToolbox(['ls'], cache);
    rmSync(join(first.folder, 'bin/ls'));
    const second = await makeToolbox(['ls'], cache);
    expect(second.sha256).toBe(first.sha256);
    expect(statSync(join(second.folder, 'bin/ls')).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(cache, 'toolbox')).filter((name) => name.startsWith('.new'))).toEqual([]);
  });

  it('can be made by several at once', async () => {
    const boxes = await Promise.all([1, 2, 3].map(() => makeToolbox(['cat'], cache)));
    expect(new Set(boxes.map(({ sha256 }) => sha256)).size).toBe(1);
    const [cat, ...args] = boxes[0]!.commandFor('cat', boxes[0]!.folder);
    expect((await execa(cat, args, { input: 'meow' })).stdout).toBe('meow');
  });

  it('goes when nobody has asked for it in a long time', async () => {
    const shelf = join(cache, 'toolbox');
    const old = await makeToolbox(['true'], cache);
    const index = readdirSync(shelf).find(
      (name) => name.endsWith('.json') && readFileSync(join(shelf, name), 'utf8').includes(old.sha256),
    )!;
    const kept = await makeToolbox(['false'], cache);
    mkdirSync(join(shelf, '.new-0123'));
    const long = new Date(Date.now() - 40 * 24 * 3_600_000);
    for (const name of [index, '.new-0123']) utimesSync(join(shelf, name), long, long);
    await makeToolbox(['false'], cache);
    expect(existsSync(old.folder)).toBe(true);
    await makeToolbox(['sleep'], cache);
    expect(
      [old.folder, join(shelf, index), join(shelf, '.new-0123'), kept.folder].map((path) => existsSync(path)),
    ).toEqual([false, false, false, true]);
  });

  it('says what this machine lacks, and where it cannot be kept', async () => {
    await expect(makeToolbox(['no-such-tool'], cache)).rejects.toMatchObject({ code: 'program-missing' });
    writeFileSync(join(cache, 'file'), '');
    await expect(makeToolbox(['ls'], join(cache, 'file'))).rejects.toMatchObject({
      code: 'toolbox-impossible',
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    });
  });
});

it('names the package of a program that is missing', () => {
  expect(() => requireProgram('no-such-tool')).toThrow('this machine has no no-such-tool');
});

it('is refused to hosts of another architecture', () => {
  expect(() => checkArchitecture('n1', 'x86_64', 'x64')).not.toThrow();
  expect(() => checkArchitecture('n1', 'aarch64', 'arm64')).not.toThrow();
  expect(() => checkArchitecture('n1 (ssh a@b)', 'aarch64', 'x64')).toThrow(
    /\(x64\) do not run on n1 \(ssh a@b\) \(aarch64\)/,
  );
});
