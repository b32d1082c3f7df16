// Which faults of the disks of programs a host is fit for, and what it lacks for the others.
import { expect, it } from 'vitest';
import { type Check, checksOf, type Wants } from './preflight-checks.js';
import { parseFacts } from './preflight-facts.js';

const WANTS: Wants = { workspace: '/var/tmp/x', ports: [], needs: [], nodes: 'foreign', sudo: true };

/** `told`: what a host with root says beside that. */
function check(name: string, told: Readonly<Record<string, string>>, wants: Partial<Wants>): Check {
  const all = {
    system: 'Linux',
    arch: 'x86_64',
    root: 'sudo',
    capabilities: '000001ffffffffff',
    os: 'debian',
    ...told,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key} ${value}`);
  const facts = parseFacts(['chaos-preflight-begin', ...lines, 'chaos-preflight-end'].join('\n'))!;
  const checks = checksOf({ facts, abilities: null, clock: null }, { ...WANTS, ...wants });
  return checks.find((each) => each.name === name)!;
}

it('without root the disk of a program is not made read-only, which is worth a warning', () => {
  const warned = check('files', { root: 'off' }, { needs: ['files'] });
  expect(warned.problem).toBeUndefined();
  expect(warned.warning).toContain('read-only');
  expect(check('root', { root: 'off' }, { needs: ['full'] }).problem?.what).toContain('full needs');
});

it.each([
  [{}, 'no strace', 'apt-get install strace'],
  [{ 'tool-strace': '/usr/bin/strace' }, 'ok', null],
  [{ 'tool-strace': '/usr/bin/strace', ptrace: '1', root: 'off' }, 'needs root', 'set it to 0'],
  [{ 'tool-strace': '/usr/bin/strace', ptrace: '1' }, 'ok', null],
  [{ 'tool-strace': '/usr/bin/strace', ptrace: '3' }, 'no ptrace', 'start the host again'],
  [{ 'tool-strace': 'x', ptrace: '2', capabilities: '00000000a80425fb' }, 'no SYS_PTRACE', '--cap-add SYS_PTRACE'],
])('slow disks of programs need strace, and the right to trace: %j', (told, cell, remedy) => {
  const found = check('slow-disk', told, { needs: ['slow-disk'] });
  expect(found).toMatchObject({ cell });
  expect(found.problem?.remedy ?? null).toEqual(remedy === null ? null : expect.stringContaining(remedy));
  expect(check('slow-disk', told, { needs: ['slow-disk'], nodes: 'own' })).toEqual({ name: 'slow-disk', cell: 'ok' });
});

it.each([
  [{}, ['unsynced'], 'no lazyfs', 'CHAOS_LAZYFS'],
  [{ 'tool-lazyfs': '/opt/lazyfs' }, ['unsynced'], 'no fuse', 'modprobe fuse'],
  [{ 'tool-lazyfs': '/opt/lazyfs', fuse: 'yes' }, ['unsynced'], 'ok', null],
  [{ 'tool-lazyfs': '/opt/lazyfs', fuse: 'yes' }, ['unsynced', 'full'], 'not with full', 'a plan of its own'],
  [{ fuse: 'yes', root: 'off' }, ['unsynced'], 'needs root', null],
  [
    { 'tool-lazyfs': 'x', fuse: 'yes', capabilities: '00000000a80425fb' },
    ['unsynced'],
    'no SYS_ADMIN',
    '--cap-add SYS_ADMIN',
  ],
] as const)('what programs have not synced is lost by LazyFS alone: %j for %j', (told, needs, cell, remedy) => {
  const found = check('unsynced', told, { needs });
  expect(found).toMatchObject({ cell });
  expect(found.problem?.remedy ?? null).toEqual(remedy === null ? null : expect.stringContaining(remedy));
});
