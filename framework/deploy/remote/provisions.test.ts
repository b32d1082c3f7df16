// Which tools a host is given: those that may help there, and no others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABILITIES, type Abilities } from '../helper/network/abilities.js';
import { CommandHost } from '../host/command-host.js';
import { faketimeFor, isAtLeast } from './faketime.js';
import { bringKits, hasKit } from './kits.js';
import type { Found, Wants } from './preflight-checks.js';
import type { Facts } from './preflight-facts.js';
import { lackingKits, provisionLines, withVariables } from './provisions.js';

const WANTS: Wants = { workspace: '/var/tmp/x', ports: [], needs: [], nodes: 'own', sudo: true };

const FACTS: Facts = {
  system: 'Linux',
  kernel: '6.1.0',
  arch: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
  libc: '',
  os: [],
  user: 'root',
  uid: 0,
  root: { way: 'yes', reason: '', capabilities: 0x1ff_ffff_ffffn, contained: false },
  memory: null,
  cores: null,
  workspace: { at: '/var/tmp', free: null, mode: null, owner: null, readOnly: null, executes: true },
  node: null,
  tools: new Map(),
  faketime: null,
  fuse: true,
  ptraceScope: 0,
  helper: null,
  addresses: [],
  busy: [],
};

/** All but these work. */
function found(lacking: readonly (keyof Abilities)[], facts: Partial<Facts> = {}): Found {
  const names = Object.keys(ABILITIES) as (keyof Abilities)[];
  const each = names.map((name) => [name, lacking.includes(name) ? `${name}: not found` : true] as const);
  return { facts: { ...FACTS, ...facts }, abilities: Object.fromEntries(each) as Abilities, clock: null };
}

describe('what a host lacks', () => {
  it.each([
    ['nothing where it has a way of its own', ['nft'], ['partition'], []],
    ['all ways, where it has none', ['nft', 'iptables'], ['partition'], ['iptables', 'nft']],
    ['iptables, where the kernel leaves nft no chance', ['iptables', 'numgen', 'netem'], ['loss'], ['iptables']],
    ['tc, where it is missing or too small', ['htb', 'u32', 'netem'], ['rate'], ['tc']],
    ['nothing that only the kernel has', ['netem'], ['packet', 'corrupt'], []],
    ['nothing that no fault needs', ['nft', 'iptables', 'tc', 'htb', 'u32'], ['kill'], []],
  ] as const)('is %s', (_, lacking, needs, kits) => {
    expect(lackingKits(found(lacking), { ...WANTS, needs }, false)).toEqual(kits);
  });

  it('is tcpdump where packets are recorded', () => {
    expect(lackingKits(found([]), WANTS, true)).toEqual(['tcpdump']);
    expect(lackingKits(found([], { tools: new Map([['tcpdump', '/usr/bin/tcpdump']]) }), WANTS, true)).toEqual([]);
  });

  it('is strace and LazyFS for the disks of programs', () => {
    const wants: Wants = { ...WANTS, needs: ['slow-disk', 'unsynced'], nodes: 'foreign' };
    expect(lackingKits(found([]), wants, false)).toEqual(['strace', 'lazyfs']);
    expect(lackingKits(found([], { tools: new Map([['lazyfs', '/opt/lazyfs']]) }), wants, false)).toEqual(['strace']);
    expect(lackingKits(found([]), { ...wants, nodes: 'own' }, false)).toEqual([]);
  });

  it('is nothing where tools would be of no use', () => {
    const useless: Partial<Facts>[] = [
      { system: 'Darwin' },
      { root: { ...FACTS.root, way: 'no-sudo' } },
      { root: { ...FACTS.root, capabilities: 0n } },
      { workspace: { ...FACTS.workspace, executes: false } },
    ];
    for (const facts of useless) {
      expect(lackingKits(found(['nft', 'iptables'], facts), { ...WANTS, needs: ['partition'] }, false)).toEqual([]);
    }
  });
});

it('a C library takes what was made for it or for an earlier one', () => {
  expect(isAtLeast('glibc 2.36', 'glibc 2.36\n')).toBe(true);
  expect(isAtLeast('glibc 2.36', 'glibc 2.9')).toBe(true);
  expect(isAtLeast('glibc 2.31', 'glibc 2.36')).toBe(false);
  expect(isAtLeast('glibc 3.0', 'glibc 2.36')).toBe(true);
  for (const other of ['musl', '']) expect(isAtLeast(other, 'glibc 2.36')).toBe(false);
});

it('libfaketime is for programs of others alone, and where files of it can be named', async () => {
  const wants: Wants = { ...WANTS, needs: ['clock'], nodes: 'foreign' };
  const facts: Facts = { ...FACTS, libc: 'glibc 99.0' };
  const refused: [Facts, Wants][] = [
    [facts, { ...wants, nodes: 'own' }],
    [facts, { ...wants, hostClock: true }],
    [facts, { ...wants, workspace: '/var/my tmp' }],
    [{ ...facts, arch: 'mips64' }, wants],
    [{ ...facts, libc: 'musl' }, wants],
    [{ ...facts, faketime: '/usr/lib/libfaketime.so.1' }, wants],
  ];
  for (const [of, wanted] of refused) expect(await faketimeFor(of, wanted)).toBeNull();
});

it('variables stand before a command, and are told of hosts together', () => {
  expect(withVariables({}, ['node', 'x'])).toEqual(['node', 'x']);
  expect(withVariables({ A: 'b c' }, ['node'])).toEqual(['env', 'A=b c', 'node']);
  const node = { path: '/usr/bin/node', version: process.version };
  const checks = [{ name: 'node', cell: process.version }];
  const provision = (name: string, note: string | null, facts: Facts = { ...FACTS, node }) => ({
    report: { host: { name } as CommandHost, checks, facts, found: null },
    env: {},
    note,
  });
  const lines = provisionLines([provision('n1', 'x'), provision('n2', null, FACTS), provision('n3', 'x')]);
  expect(lines).toEqual(['n1 and n3: x', 'n2: Node of this machine is used there']);
});

describe.runIf(hasKit('tc'))('kits', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chaos-kits-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const host = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix: [] });

  it('run from a folder with an odd name, and are found by one variable', async () => {
    const odd = join(folder, `it's "odd" $(touch x)`);
    const bring = () => bringKits(host, { machine: FACTS.arch, folder: odd, kits: ['tc'] });
    const env = await bring();
    expect(await bring()).toEqual(env);
    expect(Object.keys(env)).toEqual(['CHAOS_TOOLS']);
    const { stdout } = await host.run([`${env['CHAOS_TOOLS']}/tc`, '-V']);
    expect(stdout).toMatch(/^tc utility/);
  });

  it('are not brought where they cannot run', async () => {
    await expect(bringKits(host, { machine: 'mips64', folder, kits: ['tc'] })).rejects.toMatchObject({
      code: 'other-architecture',
    });
  });
});
