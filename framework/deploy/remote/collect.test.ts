import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChaosError } from '../../contracts/error.js';
import { collect, type Sources } from './collect.js';
import { machine } from './testing/machine.js';

let there = '';
let here = '';

beforeEach(() => {
  there = mkdtempSync(join(tmpdir(), 'chaos there '));
  here = mkdtempSync(join(tmpdir(), 'chaos-here-'));
});

afterEach(() => {
  for (const folder of [there, here]) rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string | Buffer): Buffer {
  const path = join(there, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return Buffer.from(content);
}

const bring = (
  sources: Sources,
  limits: { perFile?: number; most?: number; timeout?: number } = {},
  host = machine(),
) => collect({ host, folder: here, sources, ...limits });

describe('what a node leaves', () => {
  it('is brought byte for byte, whatever it is called', async () => {
    const files = {
      'logs/node.log': put('logs/node.log', 'one\ntwo\n.\nend\n'),
      'logs/deep/$(touch pwned) \'";*': put('logs/deep/$(touch pwned) \'";*', 'odd'),
      'logs/größe ☃': put('logs/größe ☃', 'ä'),
      'logs/empty': put('logs/empty', ''),
      'logs/bytes': put('logs/bytes', randomBytes(300_001)),
    };
    const { files: brought, notes } = await bring({ paths: { logs: `${there}/logs` } });
    expect(notes).toEqual([]);
    expect([...brought].sort()).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(here, name)).equals(content)).toBe(true);
    expect(existsSync('pwned')).toBe(false);
  });

  it('includes single files under other names, and what globs match, by its path', async () => {
    put('run.out', 'main');
    put('etc/a.log', 'a');
    put('etc/b.log', 'b');
    put('etc/c.txt', 'c');
    put('etc/core/x', 'x');
    symlinkSync(join(there, 'etc/a.log'), join(there, 'etc/current.log'));
    const globs = [
      `${there}/etc/*.log`,
      `${there}/etc/cor?`,
      `${there}/none/*`,
      '/tmp/$(touch pwned2)`touch pwned2`;touch pwned2',
    ];
    const { files, notes } = await bring({
      paths: { 'node.log': `${there}/run.out`, absent: `${there}/absent` },
      globs,
    });
    expect(notes).toEqual([]);
    const below = `files${there}/etc`;
    expect(files).toEqual(['node.log', `${below}/a.log`, `${below}/b.log`, `${below}/current.log`, `${below}/core/x`]);
    expect(readFileSync(join(here, below, 'current.log'), 'utf8')).toBe('a');
    expect(existsSync('pwned2')).toBe(false);
  });

  it('is cut where it is long, and says so', async () => {
    put('logs/a.log', `${'x'.repeat(1000)}the end\n`);
    const bytes = put('logs/b.bin', Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 99)));
    put('logs/c.log', 'y'.repeat(200));
    put('logs/d.log', 'never');
    const { notes } = await bring({ paths: { '.': `${there}/logs` } }, { perFile: 100, most: 300 });
    expect(readFileSync(join(here, 'a.log'), 'utf8')).toBe(
      `[the first 908 of 1008 bytes of ${there}/logs/a.log were left out]\n${'x'.repeat(92)}the end\n`,
    );
    expect(readFileSync(join(here, 'b.bin')).equals(bytes.subarray(900))).toBe(true);
    expect(readFileSync(join(here, 'b.bin.cut.txt'), 'utf8')).toContain('first 900 of 1000 bytes');
    expect(readdirSync(here).sort()).toEqual(['a.log', 'b.bin', 'b.bin.cut.txt', 'c.log']);
    expect(notes).toEqual([
      `machine of n1: of ${there}/logs/a.log (1008 bytes) the last 100 were kept`,
      `machine of n1: of ${there}/logs/b.bin (1000 bytes) the last 100 were kept`,
      `machine of n1: of ${there}/logs/c.log (200 bytes) the last 100 were kept`,
      `machine of n1: ${there}/logs/d.log (5 bytes) was left out: there is too much`,
    ]);
  });

  it('is brought even while it grows', async () => {
    put('logs/a.log', 'start\n');
    const timer = setInterval(() => writeFileSync(join(there, 'logs/a.log'), 'more\n'.repeat(100), { flag: 'a' }), 1);
    const { notes, files } = await bring({ paths: { logs: `${there}/logs` } });
    clearInterval(timer);
    expect({ notes, files }).toEqual({ notes: [], files: ['logs/a.log'] });
  });
});

describe('a host that gives nothing', () => {
  const sources = { paths: { logs: '/var/empty' } };

  it('is noted when it cannot be reached', async () => {
    const open = () => Promise.reject(new ChaosError('host-unreachable', 'ssh root@n1: no route'));
    const { notes } = await bring(sources, {}, machine('n1', { open }));
    expect(notes).toEqual(['machine of n1: its files could not be brought: ssh root@n1: no route']);
  });

  it('is noted when it does not answer, at once or in the middle', async () => {
    const never = machine('n1', { open: () => new Promise(() => {}) });
    expect((await bring(sources, { timeout: 30 }, never)).notes[0]).toContain('did not answer within 0.03 s');
    const { open } = machine();
    const silent = machine('n1', { open: () => open(['sleep', '1000']) });
    expect((await bring(sources, { timeout: 50 }, silent)).notes[0]).toContain(
      'not everything could be brought within',
    );
  });

  it('is noted when its connection is lost, or what it has is no shell', async () => {
    const { open } = machine();
    const killed = machine('n1', { open: () => open(['sh', '-c', 'kill -9 $$']) });
    expect((await bring(sources, {}, killed)).notes).toEqual(['machine of n1: the connection was lost']);
    const strange = machine('n1', { open: () => open(['sh', '-c', 'echo no shell >&2; exit 3']) });
    expect((await bring(sources, {}, strange)).notes).toEqual(['machine of n1: its files could not be read: no shell']);
  });

  it('cannot write outside of the folder', async () => {
    const lie = (path: string) =>
      `file 0 3 3 ${Buffer.from(path).toString('base64')}\n${Buffer.from('bad').toString('base64')}\n.\n`;
    const text = ['/logs/../../../x', '/logs/..', '/elsewhere', '/logs', '/logs/good'].map(lie).join('');
    const { open } = machine();
    const liar = machine('n1', { open: () => open(['printf', '%s', `${text}garbage\nend\n`]) });
    const { files } = await bring({ paths: { '.': '/logs' } }, {}, liar);
    expect(files).toEqual(['good']);
    expect(readdirSync(here)).toEqual(['good']);
  });
});
